import { type Backfill, type BackfillReport, createBackfill, type RunOptions } from '@changeover/backfill'
import { errors as migrationErrors, isOpen, stepStates } from '@changeover/migration'
import { createSync } from '@changeover/sync'
import { errors } from '../errors.ts'
import { exitCodes } from '../exit-code.ts'
import { leadingOf, requireDualWrite, requireLegacyLeads, whileLeading } from '../leading.ts'
import type { Outcome } from '../outcome.ts'
import type { Job } from '../perform.ts'
import { backfillText, finishedText } from '../render/backfill-text.ts'
import { progressText } from '../render/progress-text.ts'
import type { Session } from '../session.ts'

export type BackfillSettings = Pick<RunOptions, 'batchRows' | 'maxQuarantinedPercent' | 'dryRun' | 'restart'>

/** Backfills every mapping of the migration in order, until done or interrupted. */
export function backfill(settings: BackfillSettings): Job {
  return async (session) => {
    const { database, migration, signal } = session
    const leading = await leadingOf(session)
    requireLegacyLeads(leading, migration, 'backfill')
    if (settings.dryRun !== true) {
      await requireInstalled(session)
      requireDualWrite(leading)
    }
    const engine = createBackfill({
      database: whileLeading(database, leading),
      sync: createSync(migration.mappings),
      migration: migration.name,
    })
    const reports: BackfillReport[] = []
    for (const mapping of migration.ordered) {
      if (signal.aborted) break
      const onProgress: NonNullable<RunOptions['onProgress']> = (progress) =>
        session.talk.progress(progressText(progress))
      const { heldValues } = leading
      const report = await engine.run(mapping, { ...settings, heldValues, signal, onProgress })
      session.talk.say(finishedText(report))
      reports.push(report)
    }
    const isDone =
      reports.length === migration.mappings.length && reports.every(({ state }) => state === 'done')
    if (!isDone) throw interrupted(session, reports)
    return outcomeOf(session, engine, reports)
  }
}

async function outcomeOf(
  { migration }: Session,
  engine: Backfill,
  reports: readonly BackfillReport[],
): Promise<Outcome> {
  const isDry = reports.some(({ dryRun }) => dryRun)
  const waiting = isDry ? reports : await engine.states()
  const quarantined = waiting.reduce((sum, each) => sum + each.quarantined, 0)
  const data = { migration: migration.name, dryRun: isDry, quarantined, mappings: reports }
  const exitCode = quarantined === 0 ? exitCodes.fine : exitCodes.findings
  return { exitCode, data, text: backfillText({ ...data, migration: migration.name }) }
}

/** Errors: MIGRATION.NOT_INSTALLED. Without the identity index a second target row for one legacy row would be possible. */
async function requireInstalled({ database, migration }: Session): Promise<void> {
  const states = await stepStates(database, migration)
  const missing = states
    .filter((each) => isOpen(each) && each.id !== 'proxy-indexes')
    .map(({ title }) => title)
  if (missing.length > 0)
    throw migrationErrors.NOT_INSTALLED({ migration: migration.name, missing: missing.join('; ') })
}

function interrupted({ migration }: Session, reports: readonly BackfillReport[]) {
  const last = reports.at(-1)
  const at = last === undefined ? 'nothing was begun' : `${last.mapping} stands at ${last.total.rows} rows`
  return errors.INTERRUPTED({
    command: `backfill ${migration.name}`,
    done: `${at}, every finished batch is kept`,
  })
}
