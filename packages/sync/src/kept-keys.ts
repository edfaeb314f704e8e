import {
  fieldNamed,
  type Mapping,
  type Slot,
  slotOf,
  storedSql,
  writeSql as slotSql,
} from '@changeover/mapping'
import { all, ident, join, sql, type Sql } from '@changeover/mapping/sql'
import { columnValues } from './assemble.ts'
import { keyNames } from './key.ts'
import { targetSide } from './side.ts'

/** A slot in which rows of a mapping keep the legacy keys of rows of another one, beside what they refer to. */
export interface Keeper {
  readonly mapping: Mapping
  readonly slot: Slot
}

/** Where legacy keys of this mapping are kept, by itself and others. */
export function keepersOf(referred: Mapping, mappings: readonly Mapping[]): readonly Keeper[] {
  return mappings.flatMap((mapping) =>
    mapping.rules.flatMap(({ shape }) =>
      Object.entries(shape.keeps ?? {})
        .filter(([field]) => mapping.refersTo.get(shape.references?.[field] ?? '') === referred)
        .map(([, ref]) => ({ mapping, slot: slotOf(mapping.target, ref) })),
    ),
  )
}

/**
 * Empties a slot in the target rows that keep one of these legacy keys in it, since the rows of the keys are gone. Shape: the legacy
 * keys of the rows emptied, as texts `k0, …`. Cost: one probe of the index on the slot for each key, a scan where there is none.
 */
export function forgetSql(referred: Mapping, { mapping, slot }: Keeper, keys: Sql): Sql {
  const side = targetSide(mapping)
  const [key = ''] = referred.legacy.key
  const type = fieldNamed(referred.legacy, key).type
  const own = join(mapping.target.key.map((name) => ident('t', fieldNamed(mapping.target, name).column)))
  const kept = sql`ARRAY(SELECT ${slotSql(slot, type, sql`gone.key`)} FROM unnest(${keys}) AS gone(key))`
  const [emptied] = columnValues([{ slot, value: sql`NULL`, nested: false }], 't')
  const texts = join(
    side.legacyKey.map((each, index) => sql`(${each})::text AS ${ident(keyNames(mapping)[index] ?? '')}`),
  )
  return sql`UPDATE ${side.name} AS t SET ${emptied?.column ?? sql``} = ${emptied?.value ?? sql`NULL`}
    WHERE (${own}) IN (SELECT ${own} FROM ${side.name} AS t
      WHERE ${all([side.scope, sql`${storedSql(slot, 't')} = ANY (${kept})`])} ORDER BY ${own} FOR NO KEY UPDATE OF t)
    RETURNING ${texts}`
}
