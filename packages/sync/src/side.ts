import {
  type Direction,
  fieldNamed,
  identityForm,
  identitySql,
  keyOfIdentity,
  keyPairs,
  type Mapping,
  scopeSql,
  type Table,
  tableSql,
} from '@changeover/mapping'
import { all, ident, type Sql, sql } from '@changeover/mapping/sql'
import { keyNames } from './key.ts'

/** One of the two tables in a statement, under its alias (`l` or `t`), with what the statements ask of it. */
export interface Side {
  readonly table: Table
  readonly name: Sql
  readonly alias: string
  /** Rows that the mapping speaks of. */
  readonly scope: Sql
  /** The legacy key of its row, a value for each key column. */
  readonly legacyKey: readonly Sql[]
  /** TRUE where its row is the one of the legacy key `alias.k0, …`; uses the index of the key or the identity. */
  matches(keys: string): Sql
}

/** Both sides, by what they are in that direction: the authority is read and locked, the replica is written. */
export function sidesOf(
  mapping: Mapping,
  direction: Direction,
): { readonly authority: Side; readonly replica: Side } {
  const legacy = legacySide(mapping)
  const target = targetSide(mapping)
  return direction === 'forward'
    ? { authority: legacy, replica: target }
    : { authority: target, replica: legacy }
}

export function legacySide(mapping: Mapping): Side {
  const { legacy } = mapping
  const columns = legacy.key.map((name) => ident('l', fieldNamed(legacy, name).column))
  return {
    table: legacy,
    name: tableSql(legacy),
    alias: 'l',
    scope: scopeSql(legacy, 'l'),
    legacyKey: columns,
    matches: (keys) =>
      all(columns.map((column, index) => sql`${column} = ${ident(keys, keyNames(mapping)[index] ?? '')}`)),
  }
}

export function targetSide(mapping: Mapping): Side {
  const { target } = mapping
  const pairs = keyPairs(mapping)
  return {
    table: target,
    name: tableSql(target),
    alias: 't',
    scope: scopeSql(target, 't'),
    legacyKey: pairs.map((pair) => keyOfIdentity(pair, 't')),
    matches: (keys) =>
      all(
        pairs.map(({ slot }, index) => {
          const key = ident(keys, keyNames(mapping)[index] ?? '')
          return sql`${identitySql(slot, 't')} = ${identityForm(slot, key)}`
        }),
      ),
  }
}

/**
 * Joins the rows of a side one by one: `… probe(side, row, on)` or `… LEFT probe(side, row, on)`. A statement for some thousand
 * keys must never read a whole table, which the planner does whenever it believes that to be cheaper; OFFSET 0 keeps it
 * from turning the lookups into a join over everything.
 */
export function probe(side: Side, row: Sql, on: Sql): Sql {
  const alias = ident(side.alias)
  return sql`JOIN LATERAL (SELECT * FROM ${side.name} AS ${alias} WHERE ${row} OFFSET 0) AS ${alias} ON ${on}`
}
