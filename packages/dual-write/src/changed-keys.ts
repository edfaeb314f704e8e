import { fieldNamed, keyPairs, scopeSql, type Source, type Table, tableSql } from '@changeover/mapping'
import { all, ident, join, type Sql, sql } from '@changeover/mapping/sql'
import { keyNames, keyType, sidesOf } from '@changeover/sync'
import type { Interest } from './captured-table.ts'

/** The legacy keys behind the rows of a transition table (`changeover_new`, `changeover_old`), as `k0, …`, each once. */
export function changedKeysSql(
  interest: Interest,
  transition: string,
  /** Which rows count, by their alias; all of them unless given. */
  but: (alias: string) => Sql = () => sql`TRUE`,
): Sql {
  const { link, source } = interest
  if (link) return keysOfLinks(interest, link, transition, but)
  return source ? keysOfSource(interest, source, transition, but) : keysOfRows(interest, transition, but)
}

type But = (alias: string) => Sql

function keysOfRows({ mapping, direction }: Interest, transition: string, but: But): Sql {
  const { authority } = sidesOf(mapping, direction)
  const known = authority.legacyKey.map((key) => sql`${key} IS NOT NULL`)
  return sql`SELECT DISTINCT ${named(mapping, authority.legacyKey)} FROM ${ident(transition)} AS ${ident(authority.alias)}
      WHERE ${all([authority.scope, ...known, but(authority.alias)])}`
}

/** A row behind a view names the view's row by its key, itself or through a row of another table. */
function keysOfSource({ mapping, direction }: Interest, source: Source, transition: string, but: But): Sql {
  const { table, through } = source
  const own = sql`${ident(transition)} AS x`
  const from = through
    ? sql`${own} JOIN ${tableSql(through.table)} AS h ON ${columnOf(through.table, 'h', through.field)} = ${columnOf(table, 'x', through.own)} AND ${scopeSql(through.table, 'h')}`
    : own
  const key = source.key.map((name) => columnOf(through?.table ?? table, through ? 'h' : 'x', name))
  const known = all([scopeSql(table, 'x'), but('x'), ...key.map((each) => sql`${each} IS NOT NULL`)])
  if (direction === 'forward') return sql`SELECT DISTINCT ${named(mapping, key)} FROM ${from} WHERE ${known}`
  const view = mapping.target.key
  const same = keyPairs(mapping).map(({ slot }) => key[view.indexOf(slot.ref)])
  if (same.every((each) => each !== undefined))
    return sql`SELECT DISTINCT ${named(mapping, same)} FROM ${from} WHERE ${known}`
  // Only the owner's row knows the legacy key, also of a row that is gone.
  if (!source.list && !through) return keysOfRows({ mapping, direction }, transition, but)
  const { authority } = sidesOf(mapping, direction)
  const owned = all(
    view.map((name, index) => sql`${columnOf(mapping.target, 't', name)} = ${key[index] ?? sql`NULL`}`),
  )
  return sql`SELECT DISTINCT ${named(mapping, authority.legacyKey)} FROM ${from} JOIN ${tableSql(mapping.target)} AS t ON ${owned}
      WHERE ${all([known, authority.scope, ...authority.legacyKey.map((each) => sql`${each} IS NOT NULL`)])}`
}

function columnOf(table: Table, alias: string, name: string): Sql {
  return ident(alias, fieldNamed(table, name).column)
}

/** A link row names its parent; a parent that is gone was captured itself. */
function keysOfLinks(
  { mapping, direction }: Interest,
  link: NonNullable<Interest['link']>,
  transition: string,
  but: But,
) {
  const owner = ident('x', fieldNamed(link.table, link.owner).column)
  if (direction === 'forward') {
    const key = sql`${owner}::${keyType(mapping, mapping.legacy.key[0] ?? '')}`
    return sql`SELECT DISTINCT ${named(mapping, [key])} FROM ${ident(transition)} AS x WHERE ${all([sql`${owner} IS NOT NULL`, but('x')])}`
  }
  const { authority } = sidesOf(mapping, direction)
  const own = ident('t', fieldNamed(mapping.target, mapping.target.key[0] ?? '').column)
  const known = authority.legacyKey.map((key) => sql`${key} IS NOT NULL`)
  return sql`SELECT DISTINCT ${named(mapping, authority.legacyKey)} FROM ${tableSql(mapping.target)} AS t
      WHERE ${own} = ANY (ARRAY(SELECT ${owner} FROM ${ident(transition)} AS x)) AND ${all([authority.scope, ...known])}`
}

function named(mapping: Interest['mapping'], keys: readonly Sql[]): Sql {
  const names = keyNames(mapping)
  return join(
    keys.map((key, index) => {
      const type = keyType(mapping, mapping.legacy.key[index] ?? '')
      return sql`(${key})::${type} AS ${ident(names[index] ?? '')}`
    }),
  )
}
