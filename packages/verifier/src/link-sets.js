import { fieldNamed, tableSql } from '@changeover/mapping'
import { all, ident, join, literal, same, sql } from '@changeover/mapping/sql'
const mostShown = 50
/**
 * The pairs of `pairs` of which one side has a link that the other has not: all links of both sides together, grouped by pair
 * and values. `owners` bounds the legacy links to those of the selection.
 */
export function unequalLinksSql(link, columns, owners) {
  const [wanted, present] = [rows(link.legacy, 'f', 'pairs', 'k0'), rows(link.target, 'x', 'pairs', 't0')]
  const values = (side, alias) =>
    join(side.values.map((name, index) => sql`${column(side, alias, name)} AS ${ident(`v${index}`)}`))
  const grouped = join(link.legacy.values.map((_name, index) => ident(`v${index}`)))
  return sql`SELECT ${columns} FROM (
    SELECT pairs.*, ${values(link.legacy, 'f')}, 1 AS side FROM pairs JOIN ${wanted.from} ON ${wanted.on} WHERE NOT pairs.missing AND ${owners}
    UNION ALL SELECT pairs.*, ${values(link.target, 'x')}, 2 FROM pairs JOIN ${present.from} ON ${present.on}) AS pairs
    GROUP BY ${columns}, ${grouped} HAVING min(side) = max(side)`
}
/** TRUE where the link rows of the pair under the alias `s` are not the same on both sides. */
export function linkDiffersSql(link) {
  const [wanted, present] = [rows(link.legacy, 'f', 's', 'k0'), rows(link.target, 'x', 's', 't0')]
  return sql`EXISTS (SELECT 1 FROM ${wanted.from} WHERE ${wanted.on}
      AND NOT EXISTS (SELECT 1 FROM ${present.from} WHERE ${present.on} AND ${sameValues(link)}))
    OR EXISTS (SELECT 1 FROM ${present.from} WHERE ${present.on}
      AND NOT EXISTS (SELECT 1 FROM ${wanted.from} WHERE ${wanted.on} AND ${sameValues(link)}))`
}
/** The links of one side of the pair under the alias `s`, as text: `{ann,bob}`. */
export function linkedSql(side, key) {
  const values = join(side.values.map((name) => column(side, 'y', name)))
  const text = side.values.length === 1 ? sql`(${values})::text` : sql`ROW(${values})::text`
  return sql`ARRAY(SELECT ${text} FROM ${tableSql(side.table)} AS y WHERE ${column(side, 'y', side.owner)} = ${ident('s', key)}
    ORDER BY 1 LIMIT ${literal(mostShown)})::text`
}
function rows(side, alias, from, key) {
  return {
    from: sql`${tableSql(side.table)} AS ${ident(alias)}`,
    on: sql`${column(side, alias, side.owner)} = ${ident(from, key)}`,
  }
}
function sameValues({ legacy, target }) {
  return all(
    legacy.values.map((name, index) =>
      same(column(legacy, 'f', name), column(target, 'x', target.values[index])),
    ),
  )
}
function column(side, alias, name) {
  return ident(alias, fieldNamed(side.table, name ?? '').column)
}
//# sourceMappingURL=link-sets.js.map
