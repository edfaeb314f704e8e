import { fieldNamed, type Links, type LinkSide, tableSql } from '@changeover/mapping'
import { all, ident, join, literal, type Sql, same, sql } from '@changeover/mapping/sql'

const mostShown = 50

/**
 * The pairs of `pairs` of which one side has a link that the other has not: all links of both sides together, grouped by pair
 * and values. `owners` bounds the legacy links to those of the selection; `indexed` target links are looked up by their owner.
 */
export function unequalLinksSql(link: Links, columns: Sql, owners: Sql, indexed: boolean): Sql {
  const wanted = rows(link.legacy, 'f', 'pairs', 'k0')
  const values = (side: LinkSide, alias: string) =>
    join(side.values.map((name, index) => sql`${column(side, alias, name)} AS ${ident(`v${index}`)}`))
  const grouped = join(link.legacy.values.map((_name, index) => ident(`v${index}`)))
  const named = (alias: string) => join(link.target.values.map((_name, index) => ident(alias, `v${index}`)))
  const taken = values(link.target, 'x')
  const present = rows(link.target, 'x', 'pairs', 't0')
  const targets = indexed
    ? sql`CROSS JOIN LATERAL (SELECT ${taken} FROM ${present.from} WHERE ${present.on} OFFSET 0) AS x`
    : sql`JOIN (SELECT ${column(link.target, 'x', link.target.owner)} AS owner, ${taken} FROM ${present.from}) AS x ON x.owner = pairs.t0`
  return sql`SELECT ${columns} FROM (
    SELECT pairs.*, ${values(link.legacy, 'f')}, 1 AS side FROM pairs JOIN ${wanted.from} ON ${wanted.on} WHERE NOT pairs.missing AND ${owners}
    UNION ALL SELECT pairs.*, ${named('x')}, 2 FROM pairs ${targets}) AS pairs
    GROUP BY ${columns}, ${grouped} HAVING min(side) = max(side)`
}

/** TRUE where the link rows of the pair under the alias `s` are not the same on both sides. */
export function linkDiffersSql(link: Links): Sql {
  const [wanted, present] = [rows(link.legacy, 'f', 's', 'k0'), rows(link.target, 'x', 's', 't0')]
  return sql`EXISTS (SELECT 1 FROM ${wanted.from} WHERE ${wanted.on}
      AND NOT EXISTS (SELECT 1 FROM ${present.from} WHERE ${present.on} AND ${sameValues(link)}))
    OR EXISTS (SELECT 1 FROM ${present.from} WHERE ${present.on}
      AND NOT EXISTS (SELECT 1 FROM ${wanted.from} WHERE ${wanted.on} AND ${sameValues(link)}))`
}

/** The links of one side of the pair under the alias `s`, as text: `{ann,bob}`. */
export function linkedSql(side: LinkSide, key: string): Sql {
  const values = join(side.values.map((name) => column(side, 'y', name)))
  const text = side.values.length === 1 ? sql`(${values})::text` : sql`ROW(${values})::text`
  return sql`ARRAY(SELECT ${text} FROM ${tableSql(side.table)} AS y WHERE ${column(side, 'y', side.owner)} = ${ident('s', key)}
    ORDER BY 1 LIMIT ${literal(mostShown)})::text`
}

function rows(side: LinkSide, alias: string, from: string, key: string) {
  return {
    from: sql`${tableSql(side.table)} AS ${ident(alias)}`,
    on: sql`${column(side, alias, side.owner)} = ${ident(from, key)}`,
  }
}

function sameValues({ legacy, target }: Links): Sql {
  return all(
    legacy.values.map((name, index) =>
      same(column(legacy, 'f', name), column(target, 'x', target.values[index])),
    ),
  )
}

function column(side: LinkSide, alias: string, name: string | undefined): Sql {
  return ident(alias, fieldNamed(side.table, name ?? '').column)
}
