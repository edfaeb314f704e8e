import { type Database, runDdl } from '@changeover/database'
import type { Migration } from './define-migration.ts'
import { alone, dropIndex } from './install.ts'
import { forgetSteps, hasLedger } from './step-ledger.ts'
import { stepsOf } from './steps.ts'

/** What uninstall removed. `schema`: also all bookkeeping, since no other migration is installed. */
export interface Uninstalled {
  readonly indexes: readonly string[]
  readonly schema: boolean
}

/**
 * Removes what install created; legacy and target rows stay. A second call finds nothing and is no error.
 *
 * Errors: MIGRATION.INSTALL_RUNNING, DATABASE.*.
 */
export function uninstall(database: Database, migration: Migration): Promise<Uninstalled> {
  return alone(database, migration, async () => {
    const indexes = stepsOf(migration).flatMap(({ index }) => (index ? [index] : []))
    await runDdl(database, indexes.map(dropIndex))
    const names = indexes.map(({ name }) => name)
    if (!(await hasLedger(database))) return { indexes: names, schema: false }
    const { othersLeft } = await forgetSteps(database, migration)
    if (!othersLeft) await runDdl(database, ['DROP SCHEMA changeover CASCADE'])
    return { indexes: names, schema: !othersLeft }
  })
}
