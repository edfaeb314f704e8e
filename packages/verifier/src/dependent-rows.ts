import type { Transaction } from '@changeover/database'
import { type Mapping, type Table, tableSql } from '@changeover/mapping'
import { ident, join, type Sql, sql } from '@changeover/mapping/sql'
import type { Key } from '@changeover/sync'
import type { Side } from './images.ts'
import { keyColumns, selectionParameters, selectionSql } from './selection.ts'

interface ForeignKey {
  readonly schema: string
  readonly table: string
  /** JSON list of the columns that refer, in order, and of those referred to. */
  readonly from: string
  readonly to: string
  /** Whether the rows that refer are links of the mapping, which go with their owner. */
  readonly link: boolean
}

/**
 * Which of these rows of one side other rows depend on by a foreign key, links of the mapping aside: to delete them would delete
 * or change rows that nobody has looked at. A row that goes itself counts as none.
 */
export async function rowsDependedOn(
  tx: Transaction,
  mapping: Mapping,
  side: Side,
  rowKeys: readonly Key[],
): Promise<ReadonlySet<string>> {
  const table = mapping[side]
  const links = mapping.links.map((link) => tableSql(link[side].table).text)
  const { rows: foreign } = await tx.query<ForeignKey>(foreignKeys, [tableSql(table).text, links])
  const found = new Set<string>()
  for (const each of foreign.filter(({ link }) => !link)) {
    const { rows } = await tx.query<{ key: string }>(
      dependedOn(table, each).text,
      selectionParameters(table, { by: 'keys', keys: rowKeys }),
    )
    for (const { key } of rows) found.add(key)
  }
  return found
}

const foreignKeys = `SELECT n.nspname::text AS schema, c.relname::text AS "table",
  (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(f.conkey) WITH ORDINALITY AS k(attnum, place)
    JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum)::text AS "from",
  (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(f.confkey) WITH ORDINALITY AS k(attnum, place)
    JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.attnum)::text AS "to",
  f.confdeltype = 'c' AND f.conrelid = ANY(SELECT to_regclass(name) FROM unnest($2::text[]) AS name) AS link
  FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE f.contype = 'f' AND f.confrelid = to_regclass($1)`

function dependedOn(parent: Table, { schema, table, from, to }: ForeignKey): Sql {
  const columns = (text: string, alias: string) =>
    join((JSON.parse(text) as string[]).map((column) => ident(alias, column))) // a list of names
  const { conditions } = selectionSql(parent, 'r', { by: 'keys', after: false, upTo: false })
  const goes = sql`EXISTS (SELECT 1 FROM ${tableSql(parent)} AS r WHERE r.ctid = child.ctid AND r.tableoid = child.tableoid
    AND ${join(conditions)})`
  const key = join(keyColumns(parent, 'r').map((column) => sql`${column}::text`))
  return sql`SELECT json_build_array(${key})::text AS key FROM ${tableSql(parent)} AS r WHERE ${join(conditions)}
    AND EXISTS (SELECT 1 FROM ${ident(schema, table)} AS child WHERE (${columns(from, 'child')}) = (${columns(to, 'r')}) AND NOT ${goes})`
}
