import { type BackfillSettings, type MigrationBackfill, runBackfill } from '@changeover/migration'
import { errors } from '../errors.ts'
import { exitCodes } from '../exit-code.ts'
import { operating } from '../operating.ts'
import type { Job } from '../perform.ts'
import { backfillText, finishedText } from '../render/backfill-text.ts'
import { progressText } from '../render/progress-text.ts'

/** Backfills every mapping of the migration in order, until done or interrupted. */
export function backfill(
  settings: Pick<BackfillSettings, 'batchRows' | 'speed' | 'maxQuarantinedPercent' | 'dryRun' | 'restart'>,
): Job {
  return async (session) => {
    const { talk, signal } = session
    const { isDone, ...filled } = await runBackfill(operating(session), {
      ...settings,
      signal,
      onProgress: (progress) => talk.progress(progressText(progress)),
      onMapping: (report) => talk.say(finishedText(report)),
    })
    if (!isDone) throw interrupted(filled)
    const exitCode = filled.quarantined === 0 ? exitCodes.fine : exitCodes.findings
    return { exitCode, data: filled, text: backfillText(filled) }
  }
}

function interrupted({ migration, mappings }: Omit<MigrationBackfill, 'isDone'>) {
  const last = mappings.at(-1)
  const at = last === undefined ? 'nothing was begun' : `${last.mapping} stands at ${last.total.rows} rows`
  return errors.INTERRUPTED({ command: `backfill ${migration}`, done: `${at}, every finished batch is kept` })
}
