import type { Database } from '@changeover/database'
import type { Migration } from '../define-migration.ts'
import { errors } from '../errors.ts'
import { alone } from '../install.ts'
import { phaseOf } from '../phase-of.ts'
import { restoreColumns } from './archive-columns.ts'
import type { ArchivedBy } from './archive-entry.ts'
import { dropTables, restoreTable } from './archive-table.ts'
import { type ArchivedTable, archivedTables } from './archived-tables.ts'
import { legacyViewNames } from './legacy-tables.ts'

/**
 * Undoes the archiving: every table that is in the archive goes back to its place, where it can be read as it was when it was
 * frozen. It stays read-only, and the phase stays `contracted`: nothing brings it up to date. So do columns of a table in place, in the
 * rows that are still there; nothing keeps them from being written.
 *
 * Errors: MIGRATION.NOT_CONTRACTED, INSTALL_RUNNING; DATABASE.* where something has taken the place of a table.
 */
export function restoreLegacy(
  database: Database,
  migration: Migration,
  { by }: Pick<ArchivedBy, 'by'>,
): Promise<readonly ArchivedTable[]> {
  return eachArchived(database, migration, async (archived) => {
    const who = { migration: migration.name, by }
    for (const each of archived)
      await (each.columns
        ? restoreColumns(database, who, each, each.columns)
        : restoreTable(database, who, each))
  })
}

/**
 * Drops what is in the archive, for good; the name of the migration must be typed for it.
 *
 * Errors: MIGRATION.NAME_NOT_TYPED, NOT_CONTRACTED, INSTALL_RUNNING; DATABASE.* where something depends on a table.
 */
export async function dropLegacy(
  database: Database,
  migration: Migration,
  { by, confirmedName }: Pick<ArchivedBy, 'by'> & { readonly confirmedName: string | undefined },
): Promise<readonly ArchivedTable[]> {
  if (confirmedName !== migration.name) throw errors.NAME_NOT_TYPED({ migration: migration.name })
  return eachArchived(database, migration, (archived) =>
    dropTables(database, { migration: migration.name, by }, archived, legacyViewNames(migration)),
  )
}

async function eachArchived(
  database: Database,
  migration: Migration,
  work: (archived: readonly ArchivedTable[]) => Promise<void>,
): Promise<readonly ArchivedTable[]> {
  if ((await phaseOf(database, migration.name))?.phase.name !== 'contracted')
    throw errors.NOT_CONTRACTED({ migration: migration.name })
  return alone(database, migration, async () => {
    const tables = await archivedTables(database, migration.name)
    await work(tables.filter(({ state }) => state === 'archived'))
    return archivedTables(database, migration.name)
  })
}
