import type { Direction, Mapping } from '@changeover/mapping'
import { ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { keyType, refusalsOf } from '@changeover/sync'
import { functionSql, objectName } from './db-object.ts'

/** How many keys a statement may change before its plan is made for that number instead of for a few. */
const manyKeys = 200

/** The name of the function that syncs a mapping in one direction. */
export function syncName(migration: string, mapping: Mapping, direction: Direction): string {
  return objectName('sync', migration, mapping.name, direction)
}

/** Calls the function that fits the number of keys; NULL, or a JSON list of refused rows. */
export function callSync(
  migration: string,
  mapping: Mapping,
  direction: Direction,
  keys: readonly Sql[],
  linksChanged: Sql,
): Sql {
  const name = syncName(migration, mapping, direction)
  const few = functionSql({ name })
  const many = functionSql({ name: objectName(name, 'many') })
  const given = sql`(${join([...keys, ...keys.map(() => sql`NULL`), linksChanged])})`
  return sql`CASE WHEN cardinality(${keys[0] ?? sql`NULL`}) <= ${literal(manyKeys)} THEN ${few}${given} ELSE ${many}${given} END`
}

/** Rule, field and reason of each refusal, in the order of their numbers, as a JSON literal. */
export function reasonsSql(mapping: Mapping, direction: Direction): Sql {
  const reasons = refusalsOf(mapping, direction).map(({ rule, field, why }) => ({ rule, field, why }))
  return sql`${literal(JSON.stringify(reasons))}::jsonb`
}

/** The array type of each key column. */
export function arrays(mapping: Mapping): readonly Sql[] {
  return mapping.legacy.key.map((field) => sql`${keyType(mapping, field)}[]`)
}

/** Names of variables that no column has. */
export function variables(mapping: Mapping, what: string): readonly Sql[] {
  return mapping.legacy.key.map((_field, index) => ident(`changeover_${what}_${index}`))
}

/** Declares them, each as an array of its key column's type. */
export function declared(mapping: Mapping, names: readonly Sql[]): Sql {
  const types = arrays(mapping)
  return join(
    names.map((name, index) => sql`${name} ${types[index] ?? sql`text[]`};`),
    ' ',
  )
}
