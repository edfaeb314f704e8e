import { tableSql } from '@changeover/mapping'
import { ident, join, sql } from '@changeover/mapping/sql'
import { keyColumns, selectionParameters, selectionSql } from './selection.js'
/**
 * Which of these target rows other rows depend on by a foreign key, links of the mapping aside: to delete them would delete
 * or change rows that nobody has looked at. A row that goes itself counts as none.
 */
export async function rowsDependedOn(tx, mapping, rowKeys) {
  const links = mapping.links.map(({ target }) => tableSql(target.table).text)
  const { rows: foreign } = await tx.query(foreignKeys, [tableSql(mapping.target).text, links])
  const found = new Set()
  for (const each of foreign.filter(({ link }) => !link)) {
    const { rows } = await tx.query(
      dependedOn(mapping, each).text,
      selectionParameters(mapping.target, { by: 'keys', keys: rowKeys }),
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
function dependedOn(mapping, { schema, table, from, to }) {
  const columns = (text, alias) => join(JSON.parse(text).map((column) => ident(alias, column))) // a list of names
  const { conditions } = selectionSql(mapping.target, 'r', { by: 'keys', after: false, upTo: false })
  const goes = sql`EXISTS (SELECT 1 FROM ${tableSql(mapping.target)} AS r WHERE r.ctid = child.ctid AND r.tableoid = child.tableoid
    AND ${join(conditions)})`
  const key = join(keyColumns(mapping.target, 'r').map((column) => sql`${column}::text`))
  return sql`SELECT json_build_array(${key})::text AS key FROM ${tableSql(mapping.target)} AS r WHERE ${join(conditions)}
    AND EXISTS (SELECT 1 FROM ${ident(schema, table)} AS child WHERE (${columns(from, 'child')}) = (${columns(to, 'r')}) AND NOT ${goes})`
}
//# sourceMappingURL=dependent-rows.js.map
