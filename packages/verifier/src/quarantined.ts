import type { Queryable } from '@changeover/database'
import type { Mapping } from '@changeover/mapping'

/** How many rows of a mapping the backfill has set aside; null where no backfill ledger is installed. */
export async function quarantinedRows(database: Queryable, mapping: Mapping): Promise<number | null> {
  const { rows } = await database.query<{ there: boolean }>(
    `SELECT to_regclass('changeover.quarantine') IS NOT NULL AS there`,
  )
  if (rows[0]?.there !== true) return null
  const found = await database.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM changeover.quarantine WHERE mapping = $1',
    [mapping.name],
  )
  return found.rows[0]?.count ?? 0
}
