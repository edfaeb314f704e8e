import { fieldNamed, type Mapping, scopeSql, tableSql } from '@changeover/mapping'
import { all, ident, join, type Sql, sql } from '@changeover/mapping/sql'
import { keyNames, keyType, parameter } from './key.ts'
import { probe, targetSide } from './side.ts'

/** A mapping whose rows refer to rows of another one through a legacy field. */
export interface Dependent {
  readonly mapping: Mapping
  readonly field: string
}

/** Who refers to this mapping, itself included. */
export function dependentsOf(mapping: Mapping, all: readonly Mapping[]): readonly Dependent[] {
  return all.flatMap((other) =>
    other.rules.flatMap(({ shape }) =>
      Object.entries(shape.references ?? {})
        .filter(([, name]) => other.refersTo.get(name) === mapping)
        .map(([field]) => ({ mapping: other, field })),
    ),
  )
}

/**
 * Keys of rows that refer to the keys `$1…` and already have a twin, whose reference could not be resolved before those
 * keys had theirs. Cost: one probe of the index on the reference for each key (a scan of the legacy
 * table where that has no index), and one of the identity for each row found.
 */
export function dependentKeysSql(referred: Mapping, { mapping, field }: Dependent): Sql {
  const { legacy } = mapping
  const target = targetSide(mapping)
  const names = keyNames(mapping)
  const keys = legacy.key.map(
    (name, index) => sql`${ident('l', fieldNamed(legacy, name).column)} AS ${ident(names[index] ?? '')}`,
  )
  const texts = join(names.map((name) => sql`${ident('d', name)}::text AS ${ident(name)}`))
  const refers = ident('l', fieldNamed(legacy, field).column)
  // A subquery hides from the planner how many keys there are, which would have it read the whole table.
  const given = sql`ARRAY(SELECT unnest(${parameter(1)}::${keyType(referred, referred.legacy.key[0] ?? '')}[]))`
  return sql`SELECT ${texts} FROM (
    SELECT ${join(keys)} FROM ${tableSql(legacy)} AS l WHERE ${refers} = ANY(${given}) AND ${scopeSql(legacy, 'l')} OFFSET 0) AS d
    ${probe(target, all([target.scope, target.matches('d')]), sql`TRUE`)}`
}
