import type { Transaction } from '@changeover/database'
import { fieldNamed, type LinkSide, type Mapping, type Table, tableSql } from '@changeover/mapping'
import { all, ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { type Key, keyNames, keyParameters, keysSql, legacySide, targetSide } from '@changeover/sync'
import { keyColumns, selectionParameters, selectionSql } from './selection.ts'
import type { Authority } from './verification.ts'

/** A row with its links, as JSON text in which every value can be read back exactly. */
interface Image {
  readonly rowKey: Key
  readonly row: string
  readonly links: string
}

/** Images by the JSON text of their row key. */
export type Images = ReadonlyMap<string, Image>

/** The side of a mapping that is written, by the side that is right. */
export type Side = Authority

/** Times in images must not depend on the session. */
export const utc = `SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO', true)`

/** Rows of one side that have these legacy keys. */
export async function imagesOfKeys(
  tx: Transaction,
  mapping: Mapping,
  side: Side,
  keys: readonly Key[],
): Promise<Images> {
  const { name, alias, scope, matches } = side === 'target' ? targetSide(mapping) : legacySide(mapping)
  const given = join(keyNames(mapping).map((each) => ident(each)))
  const text =
    sql`SELECT ${imageSql(mapping, side, alias)} FROM (SELECT ${given} FROM ${keysSql(mapping, 'key', 1)}) AS given
    JOIN ${name} AS ${ident(alias)} ON ${all([matches('given'), scope])}`.text
  return imagesIn(tx, text, keyParameters(mapping, keys))
}

/** Rows of one side that have these keys of its own table. */
export async function imagesOfRows(
  tx: Transaction,
  mapping: Mapping,
  side: Side,
  rowKeys: readonly Key[],
): Promise<Images> {
  const table = mapping[side]
  const { conditions } = selectionSql(table, 'r', { by: 'keys', after: false, upTo: false })
  const text =
    sql`SELECT ${imageSql(mapping, side, 'r')} FROM ${tableSql(table)} AS r WHERE ${all(conditions)}`.text
  return imagesIn(tx, text, selectionParameters(table, { by: 'keys', keys: rowKeys }))
}

/** Locks rows of one side by the keys of its own table, in their order. */
export async function lockRows(tx: Transaction, table: Table, rowKeys: readonly Key[]): Promise<void> {
  const { conditions } = selectionSql(table, 'r', { by: 'keys', after: false, upTo: false })
  const order = join(keyColumns(table, 'r'))
  await tx.query(
    sql`SELECT 1 FROM ${tableSql(table)} AS r WHERE ${all(conditions)} ORDER BY ${order} FOR UPDATE`.text,
    selectionParameters(table, { by: 'keys', keys: rowKeys }),
  )
}

function imageSql(mapping: Mapping, side: Side, alias: string): Sql {
  const keys = keyColumns(mapping[side], alias).map((column) => sql`${column}::text`)
  const links = mapping.links.flatMap((link) => [
    literal(link.name),
    linkRows(link[side], mapping[side], alias),
  ])
  return sql`json_build_array(${join(keys)})::text AS key, row_to_json(${ident(alias)})::text AS row,
    json_build_object(${join(links)})::text AS links`
}

function linkRows(side: LinkSide, table: Table, alias: string): Sql {
  const owner = ident('y', fieldNamed(side.table, side.owner).column)
  return sql`(SELECT COALESCE(json_agg(row_to_json(y) ORDER BY row_to_json(y)::text COLLATE "C"), '[]')
    FROM ${tableSql(side.table)} AS y WHERE ${owner} = ${keyColumns(table, alias)[0] ?? sql`NULL`})`
}

async function imagesIn(tx: Transaction, text: string, parameters: readonly unknown[]): Promise<Images> {
  const { rows } = await tx.query<{ key: string; row: string; links: string }>(text, parameters)
  return new Map(
    rows.map(({ key, row, links }) => [key, { rowKey: JSON.parse(key) as Key, row, links }]), // a list of texts
  )
}
