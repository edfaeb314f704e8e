import type { Mapping } from '@changeover/mapping'
import { fieldNamed, typeText } from '@changeover/mapping'
import { ident, join, type Sql, sql, typeName } from '@changeover/mapping/sql'
import { errors } from './errors.ts'

/** A legacy key: the text of each of its columns. Exact for every type, and the same in both directions. */
export type Key = readonly string[]

/** A text that is the same for equal keys only. */
export function keyText(key: Key): string {
  return JSON.stringify(key)
}

/** The names under which key columns stand inside a statement: `k0`, `k1`, … */
export function keyNames(mapping: Mapping): readonly string[] {
  return mapping.legacy.key.map((_field, index) => `k${index}`)
}

/** `unnest($1::bigint[], …) AS alias(k0, …)`: the keys given as parameters, from that parameter number on. */
export function keysSql(mapping: Mapping, alias: string, firstParameter: number): Sql {
  const arrays = mapping.legacy.key.map((name, index) => {
    return sql`${parameter(firstParameter + index)}::${keyType(mapping, name)}[]`
  })
  return sql`unnest(${join(arrays)}) AS ${ident(alias)}(${join(keyNames(mapping).map((name) => ident(name)))})`
}

/** Parameters for {@link keysSql}: one array for each key column. Errors: SYNC.KEY_SHAPE. */
export function keyParameters(mapping: Mapping, keys: readonly Key[]): readonly (readonly string[])[] {
  const expected = mapping.legacy.key.length
  for (const key of keys)
    if (key.length !== expected)
      throw errors.KEY_SHAPE({ mapping: mapping.name, expected, given: JSON.stringify(key) })
  return mapping.legacy.key.map((_field, index) => keys.map((key) => key[index] ?? ''))
}

/** The type of a key parameter. A length limit would only cut values that cannot match: compare without it. */
export function keyType(mapping: Mapping, name: string): Sql {
  const { type } = fieldNamed(mapping.legacy, name)
  return typeName(type.base === 'varchar' ? 'text' : typeText(type))
}

/** `$n`. */
export function parameter(number: number): Sql {
  return { text: `$${number}` }
}
