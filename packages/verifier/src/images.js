import { fieldNamed, tableSql } from '@changeover/mapping'
import { all, ident, join, literal, sql } from '@changeover/mapping/sql'
import { keyNames, keyParameters, keysSql, legacySide, targetSide } from '@changeover/sync'
import { keyColumns, selectionParameters, selectionSql } from './selection.js'
/** Times in images must not depend on the session. */
export const utc = `SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO', true)`
/** Rows of one side that have these legacy keys. */
export async function imagesOfKeys(tx, mapping, side, keys) {
  const { name, alias, scope, matches } = side === 'target' ? targetSide(mapping) : legacySide(mapping)
  const given = join(keyNames(mapping).map((each) => ident(each)))
  const text =
    sql`SELECT ${imageSql(mapping, side, alias)} FROM (SELECT ${given} FROM ${keysSql(mapping, 'key', 1)}) AS given
    JOIN ${name} AS ${ident(alias)} ON ${all([matches('given'), scope])}`.text
  return imagesIn(tx, text, keyParameters(mapping, keys))
}
/** Rows of one side that have these keys of its own table. */
export async function imagesOfRows(tx, mapping, side, rowKeys) {
  const table = mapping[side]
  const { conditions } = selectionSql(table, 'r', { by: 'keys', after: false, upTo: false })
  const text =
    sql`SELECT ${imageSql(mapping, side, 'r')} FROM ${tableSql(table)} AS r WHERE ${all(conditions)}`.text
  return imagesIn(tx, text, selectionParameters(table, { by: 'keys', keys: rowKeys }))
}
/** Locks rows of one side by the keys of its own table, in their order. */
export async function lockRows(tx, table, rowKeys) {
  const { conditions } = selectionSql(table, 'r', { by: 'keys', after: false, upTo: false })
  const order = join(keyColumns(table, 'r'))
  await tx.query(
    sql`SELECT 1 FROM ${tableSql(table)} AS r WHERE ${all(conditions)} ORDER BY ${order} FOR UPDATE`.text,
    selectionParameters(table, { by: 'keys', keys: rowKeys }),
  )
}
function imageSql(mapping, side, alias) {
  const keys = keyColumns(mapping[side], alias).map((column) => sql`${column}::text`)
  const links = mapping.links.flatMap((link) => [
    literal(link.name),
    linkRows(link[side], mapping[side], alias),
  ])
  return sql`json_build_array(${join(keys)})::text AS key, row_to_json(${ident(alias)})::text AS row,
    json_build_object(${join(links)})::text AS links`
}
function linkRows(side, table, alias) {
  const owner = ident('y', fieldNamed(side.table, side.owner).column)
  return sql`(SELECT COALESCE(json_agg(row_to_json(y) ORDER BY row_to_json(y)::text COLLATE "C"), '[]')
    FROM ${tableSql(side.table)} AS y WHERE ${owner} = ${keyColumns(table, alias)[0] ?? sql`NULL`})`
}
async function imagesIn(tx, text, parameters) {
  const { rows } = await tx.query(text, parameters)
  return new Map(rows.map(({ key, row, links }) => [key, { rowKey: JSON.parse(key), row, links }]))
}
//# sourceMappingURL=images.js.map
