import { type Database, runDdl } from '@changeover/database'
import { archivedTables, placeOf } from './contract/archived-tables.ts'
import type { Migration } from './define-migration.ts'
import { errors } from './errors.ts'
import { alone, dropIndex } from './install.ts'
import { phaseOf } from './phase-of.ts'
import { forgetSteps, hasLedger, recordedSteps } from './step-ledger.ts'
import { stepsOf } from './steps.ts'

/** What uninstall removed. `schema`: also all bookkeeping, since no other migration is installed. */
export interface Uninstalled {
  readonly indexes: readonly string[]
  /** What the engines had made: dual write, proxies, the phase. */
  readonly engines: readonly string[]
  readonly schema: boolean
}

/**
 * Removes what install created; legacy and target rows stay. A second call finds nothing and is no error.
 *
 * Errors: MIGRATION.INSTALL_RUNNING, TARGET_LEADS, ARCHIVE_KEPT, DATABASE.*.
 */
export function uninstall(database: Database, migration: Migration): Promise<Uninstalled> {
  return alone(database, migration, async () => {
    const stored = await phaseOf(database, migration.name)
    if (stored?.phase.authority === 'target' && stored.phase.name !== 'contracted')
      throw errors.TARGET_LEADS({ migration: migration.name, phase: stored.phase.name })
    const kept = (await archivedTables(database, migration.name)).filter(
      ({ state, hasView }) => state === 'archived' || hasView,
    )
    if (kept.length > 0) throw errors.ARCHIVE_KEPT({ migration: migration.name, places: kept.map(placeOf) })
    const engines = await removeEngines(database, migration)
    const indexes = stepsOf(migration).flatMap(({ index }) => (index ? [index] : []))
    await runDdl(database, indexes.map(dropIndex))
    const names = indexes.map(({ name }) => name)
    if (!(await hasLedger(database))) return { indexes: names, engines, schema: false }
    const { othersLeft } = await forgetSteps(database, migration)
    if (!othersLeft) await runDdl(database, ['DROP SCHEMA changeover CASCADE'])
    return { indexes: names, engines, schema: !othersLeft }
  })
}

/** In reverse order: what was made last needs what was made before. */
async function removeEngines(database: Database, migration: Migration): Promise<readonly string[]> {
  const recorded = new Set((await recordedSteps(database, migration)).map(({ step }) => step))
  const removed: string[] = []
  for (const { id, title, engine } of stepsOf(migration).toReversed()) {
    if (!engine || !recorded.has(id)) continue
    await engine.remove(database)
    removed.push(title)
  }
  return removed
}
