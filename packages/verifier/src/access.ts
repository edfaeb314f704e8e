import type { Queryable } from '@changeover/database'
import { fieldNamed, keyPairs, type Mapping, type Table, tableSql } from '@changeover/mapping'
import { identityIndexName } from '@changeover/sync'

/** What can be looked up in an index. Where it can, rows are looked up one by one; where not, whole tables are joined. */
export interface Access {
  /** Target rows by their identity. */
  readonly identity: boolean
  /** Legacy rows by their key. */
  readonly legacyKey: boolean
  /** Target links by their owner, for each set of links; false also where there are so few that reading them all is faster. */
  readonly links: readonly boolean[]
}

const fewestRows = 200_000

/** Looks into the catalogs for the indexes that the statements can use. */
export async function accessOf(database: Queryable, mapping: Mapping): Promise<Access> {
  const [pair] = keyPairs(mapping)
  const column = pair?.slot.jsonKey === undefined ? pair?.slot.field.column : undefined
  const links: boolean[] = []
  for (const { target } of mapping.links)
    links.push(
      await isIndexed(database, target.table, fieldNamed(target.table, target.owner).column, { fewestRows }),
    )
  return {
    identity: await isIndexed(database, mapping.target, column, { name: identityIndexName(mapping) }),
    legacyKey: await isIndexed(database, mapping.legacy, pair?.field.column),
    links,
  }
}

/** Whether a valid index of that name exists, or one over all rows that begins with that column; not for a smaller table. */
async function isIndexed(
  database: Queryable,
  table: Table,
  column: string | undefined,
  { name, fewestRows = -1 }: { readonly name?: string | undefined; readonly fewestRows?: number } = {},
): Promise<boolean> {
  if (table.madeOf) return true // its description promises it
  const { rows } = await database.query<{ indexed: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
       LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
       JOIN pg_class r ON r.oid = i.indrelid AND r.reltuples >= $4::float8
       WHERE i.indrelid = to_regclass($1) AND i.indisvalid AND (c.relname = $2 OR (a.attname = $3 AND i.indpred IS NULL))) AS indexed`,
    [tableSql(table).text, name ?? null, column ?? null, fewestRows],
  )
  return rows[0]?.indexed === true
}
