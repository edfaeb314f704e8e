import { type Database, runDdl } from '@changeover/database'
import { ident, type Sql } from '@changeover/mapping/sql'
import { defaultProxySchema } from '@changeover/proxies'
import type { Migration } from '../define-migration.ts'
import type { StepEngine } from '../engine-steps.ts'
import { alone } from '../install.ts'
import { forgetStep, recordedSteps } from '../step-ledger.ts'
import { proxyIndexesStep, stepsOf } from '../steps.ts'
import { archiveLedgerDdl } from './archive-ledger.ts'
import { archiveColumns } from './archive-columns.ts'
import { archiveTable } from './archive-table.ts'
import { type ArchivedTable, archivedTables } from './archived-tables.ts'
import { legacyColumnsIn } from './legacy-columns.ts'
import { legacyTablesIn, type TableName } from './legacy-tables.ts'

export interface ArchiveOptions {
  readonly by: string
  /** What stands at the place of a legacy table afterwards; nothing unless given. `view`: its proxy, under the old name. */
  readonly legacyName?: 'view' | 'free'
  /** Told before each step: for people, and for tests that break off there. */
  readonly onStep?: (step: string) => Promise<void> | void
}

/**
 * Takes away what wrote and guarded legacy, and moves the legacy tables into the archive, one after the other; of a table in
 * place, its legacy columns. Each step is one transaction and finds out what is left of it: after a crash the same call goes on.
 *
 * Cost: as {@link archiveTable} for each table, and {@link archiveColumns}. Errors: MIGRATION.INSTALL_RUNNING,
 * CONTRACT_SHARED; DATABASE.*, also where something depends on a proxy that goes.
 */
export function archiveLegacy(
  database: Database,
  migration: Migration,
  { by, legacyName = 'free', onStep = () => {} }: ArchiveOptions,
): Promise<readonly ArchivedTable[]> {
  return alone(database, migration, async () => {
    await onStep('ledger')
    await runDdl(database, archiveLedgerDdl)
    const left = await legacyTablesIn(database, migration)
    const gone = (await archivedTables(database, migration.name)).filter(({ state }) => state !== 'restored')
    const archived = [...left, ...gone.filter(({ columns }) => columns === undefined)]
    if (legacyName === 'free') {
      await removeEngine(database, migration, proxyIndexesStep, onStep)
      await removeEngine(database, migration, 'proxies', onStep)
    }
    await removeEngine(database, migration, 'dual-write', onStep)
    for (const name of left) {
      await onStep(`archive ${name.schema}.${name.table}`)
      const view = legacyName === 'view' ? await proxyOf(database, name) : undefined
      await archiveTable(database, { migration: migration.name, by }, name, { archived, view })
    }
    for (const { name, ...place } of await legacyColumnsIn(database, migration)) {
      await onStep(`archive ${name.schema}.${name.table} (${place.columns.join(', ')})`)
      await archiveColumns(database, { migration: migration.name, by }, name, place)
    }
    await onStep('archived')
    return archivedTables(database, migration.name)
  })
}

async function removeEngine(
  database: Database,
  migration: Migration,
  id: string,
  onStep: NonNullable<ArchiveOptions['onStep']>,
): Promise<void> {
  const recorded = await recordedSteps(database, migration)
  const engine: StepEngine | undefined = stepsOf(migration).find((each) => each.id === id)?.engine
  if (engine === undefined || !recorded.some(({ step }) => step === id)) return
  await onStep(`remove ${id}`)
  await engine.remove(database)
  await onStep(`removed ${id}`)
  await forgetStep(database, migration, id)
}

/** The proxy of a table, where there is one. */
async function proxyOf(database: Database, { table }: TableName): Promise<Sql | undefined> {
  const view = ident(defaultProxySchema, table)
  const { rows } = await database.query<{ found: boolean }>('select to_regclass($1) is not null as found', [
    view.text,
  ])
  return rows[0]?.found === true ? view : undefined
}
