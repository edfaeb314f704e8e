import type { Queryable } from '@changeover/database'
import type { Mapping } from '@changeover/mapping'

/** How many rows of a mapping the backfill has set aside; null where there is no such ledger, or none that this user may read. */
export async function quarantinedRows(
  database: Queryable,
  migration: string,
  mapping: Mapping,
): Promise<number | null> {
  const { rows } = await database.query<{ readable: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = 'changeover' AND c.relname = 'quarantine'
         AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')) AS readable`,
  )
  if (rows[0]?.readable !== true) return null
  const found = await database.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM changeover.quarantine WHERE migration = $1 AND mapping = $2',
    [migration, mapping.name],
  )
  return found.rows[0]?.count ?? 0
}
