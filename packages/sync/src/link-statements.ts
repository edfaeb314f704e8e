import { type Direction, fieldNamed, type Links, type LinkSide, tableSql } from '@changeover/mapping'
import { all, ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'

/**
 * The part of the write statement that makes link rows follow their parents: rows of the replica's link table that the
 * authority's does not have are deleted, those that are missing are inserted.
 */
export function linkStatements(
  links: readonly Links[],
  direction: Direction,
): { readonly statements: Sql; readonly counts: Sql } {
  const parts = links.map((link, index) => linkSql(link, index, direction))
  const count = (prefix: string) =>
    join(
      [
        literal(0),
        ...parts.map((_part, index) => sql`(SELECT count(*) FROM ${ident(`${prefix}_${index}`)})`),
      ],
      ' + ',
    )
  return {
    statements: join(parts, ''),
    counts: sql`(${count('linked')})::int AS linked, (${count('unlinked')})::int AS unlinked`,
  }
}

function linkSql(link: Links, index: number, direction: Direction): Sql {
  const [from, to] = direction === 'forward' ? [link.legacy, link.target] : [link.target, link.legacy]
  const fromKey = ident('batch', 'a0')
  const toKey = ident('batch', 'r0')
  const wanted = sql`SELECT 1 FROM ${tableSql(from.table)} AS f WHERE ${column(from, 'f', from.owner)} = ${fromKey} AND ${sameValues(link, from, to)} OFFSET 0`
  const present = sql`SELECT 1 FROM ${tableSql(to.table)} AS x WHERE ${column(to, 'x', to.owner)} = ${toKey} AND ${sameValues(link, from, to)} OFFSET 0`
  const columns = join([to.owner, ...to.values].map((name) => ident(fieldNamed(to.table, name).column)))
  const values = join([toKey, ...from.values.map((name) => column(from, 'f', name))])
  return sql`, ${ident(`unlinked_${index}`)} AS (
  DELETE FROM ${tableSql(to.table)} WHERE ctid = ANY (ARRAY(
    SELECT x.row_id FROM batch JOIN ${ownedBy(to, 'x', sql`r0`, sql`NOT fresh AND refused IS NULL`)} ON ${column(to, 'x', to.owner)} = ${toKey}
    WHERE NOT EXISTS (${wanted}))) RETURNING 1
), ${ident(`linked_${index}`)} AS (
  INSERT INTO ${tableSql(to.table)} (${columns})
  SELECT ${values} FROM batch JOIN ${ownedBy(from, 'f', sql`a0`, sql`refused IS NULL`)} ON ${column(from, 'f', from.owner)} = ${fromKey}
  WHERE batch.fresh OR NOT EXISTS (${present}) RETURNING 1
)`
}

/**
 * The link rows of some of the statement's own rows. The array hides from the planner how many there are, so that it reads
 * them by the index and never takes the whole link table.
 */
function ownedBy(side: LinkSide, alias: string, key: Sql, rows: Sql): Sql {
  return sql`(SELECT ${ident(alias)}.ctid AS row_id, ${ident(alias)}.* FROM ${tableSql(side.table)} AS ${ident(alias)}
    WHERE ${column(side, alias, side.owner)} = ANY (ARRAY(SELECT ${key} FROM batch WHERE ${rows})) OFFSET 0) AS ${ident(alias)}`
}

function sameValues(link: Links, from: LinkSide, to: LinkSide): Sql {
  return all(
    link.legacy.values.map(
      (_name, index) => sql`${column(from, 'f', from.values[index])} = ${column(to, 'x', to.values[index])}`,
    ),
  )
}

function column(side: LinkSide, alias: string, name: string | undefined): Sql {
  return ident(alias, fieldNamed(side.table, name ?? '').column)
}
