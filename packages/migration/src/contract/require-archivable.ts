import type { Queryable } from '@changeover/database'
import type { Migration } from '../define-migration.ts'
import { errors } from '../errors.ts'
import type { ArchiveOptions } from './archive-legacy.ts'
import { legacyColumns } from './legacy-columns.ts'
import { legacyTablesIn } from './legacy-tables.ts'

/**
 * Refuses what the archiving could not do.
 *
 * Errors: MIGRATION.CONTRACT_SHARED, CONTRACT_IN_PLACE.
 */
export async function requireArchivable(
  database: Queryable,
  migration: Migration,
  legacyName: ArchiveOptions['legacyName'] = 'free',
): Promise<void> {
  await legacyTablesIn(database, migration)
  const [place] = legacyColumns(migration)
  if (legacyName === 'view' && place)
    throw errors.CONTRACT_IN_PLACE({ migration: migration.name, table: place.table })
}
