import type { Database } from '@changeover/database'
import type { Migration } from '../define-migration.ts'
import { errors } from '../errors.ts'
import { phaseOf } from '../phase-of.ts'
import { archivedTables, placeOf } from './archived-tables.ts'

/**
 * Refuses what needs the legacy tables once they are archived, and says where they are.
 *
 * Errors: MIGRATION.CONTRACTED.
 */
export async function requireLegacy(database: Database, { name }: Pick<Migration, 'name'>): Promise<void> {
  if ((await phaseOf(database, name))?.phase.name !== 'contracted') return
  const archived = await archivedTables(database, name)
  throw errors.CONTRACTED({ migration: name, places: archived.map(placeOf) })
}
