import type { Database } from '@changeover/database'
import type { Direction, Mapping } from '@changeover/mapping'
import { all, ident, join, type Sql, sql } from '@changeover/mapping/sql'
import { type Key, keyNames, parameter, type Side, sidesOf } from '@changeover/sync'

/**
 * Legacy keys of rows that somebody may have written past the capture: what is new on either side since then, and what one
 * side has alone. A row that only legacy has while it leads is the backfill's, unless it is new.
 */
export async function suspectKeys(
  database: Database,
  mapping: Mapping,
  direction: Direction,
  since: string | undefined,
): Promise<readonly Key[]> {
  const { authority, replica } = sidesOf(mapping, direction)
  const found = [
    ...(await recentKeys(database, mapping, authority, since)),
    ...(since === undefined ? [] : await recentKeys(database, mapping, replica, since)),
    ...(await aloneKeys(database, mapping, replica, authority)),
    ...(direction === 'forward' ? [] : await aloneKeys(database, mapping, authority, replica)),
  ]
  return [...new Map(found.map((key) => [JSON.stringify(key), key])).values()]
}

/** Rows of a side that were written since then; all of them where nobody has looked before. */
function recentKeys(database: Database, mapping: Mapping, side: Side, asked: string | undefined) {
  const since = side.table.madeOf ? undefined : asked // the rows of a view do not say when they were written
  const alias = ident(side.alias)
  const recent =
    since === undefined
      ? []
      : [sql`age(${alias}.xmin) <= age((${parameter(1)}::numeric % 4294967296)::text::xid)`]
  const known = side.legacyKey.map((key) => sql`${key} IS NOT NULL`)
  const where = all([side.scope, ...known, ...recent])
  return keysFrom(
    database,
    mapping,
    sql`SELECT ${texts(mapping, side.legacyKey)} FROM ${side.name} AS ${alias} WHERE ${where}`,
    since,
  )
}

/** Rows of a side that the other one does not have. */
function aloneKeys(database: Database, mapping: Mapping, side: Side, other: Side) {
  const names = keyNames(mapping)
  const keyed = join(side.legacyKey.map((key, index) => sql`${key} AS ${ident(names[index] ?? '')}`))
  const alone = sql`SELECT ${texts(
    mapping,
    names.map((name) => ident('alone', name)),
  )}
    FROM (SELECT ${keyed} FROM ${side.name} AS ${ident(side.alias)} WHERE ${side.scope}) AS alone
    WHERE alone.k0 IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM ${other.name} AS ${ident(other.alias)} WHERE ${other.scope} AND ${other.matches('alone')})`
  return keysFrom(database, mapping, alone, undefined)
}

function texts(mapping: Mapping, keys: readonly Sql[]): Sql {
  return join(keys.map((key, index) => sql`(${key})::text AS ${ident(keyNames(mapping)[index] ?? '')}`))
}

async function keysFrom(database: Database, mapping: Mapping, query: Sql, since: string | undefined) {
  const { rows } = await database.query<Record<string, string>>(
    query.text,
    since === undefined ? [] : [since],
  )
  return rows.map((row): Key => keyNames(mapping).map((name) => String(row[name])))
}
