import { fieldNamed, tableSql } from '@changeover/mapping'
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
  return interest.link
    ? keysOfLinks(interest, interest.link, transition, but)
    : keysOfRows(interest, transition, but)
}

type But = (alias: string) => Sql

function keysOfRows({ mapping, direction }: Interest, transition: string, but: But): Sql {
  const { authority } = sidesOf(mapping, direction)
  const known = authority.legacyKey.map((key) => sql`${key} IS NOT NULL`)
  return sql`SELECT DISTINCT ${named(mapping, authority.legacyKey)} FROM ${ident(transition)} AS ${ident(authority.alias)}
      WHERE ${all([authority.scope, ...known, but(authority.alias)])}`
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
