import type { Direction, Mapping } from '@changeover/mapping'
import { ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import {
  type Dependent,
  dependentKeysSql,
  dependentsOf,
  keyNames,
  keyType,
  lockKeysSql,
  lockReplicaSql,
  parameter,
  refusalsOf,
  writeSql,
} from '@changeover/sync'
import { type DbFunction, functionSql, objectName } from './db-object.ts'

/** How many keys a statement may change before its plan is made for that number instead of for a few. */
const manyKeys = 200

/** The name of the function that syncs a mapping in one direction. */
export function syncName(migration: string, mapping: Mapping, direction: Direction): string {
  return objectName('sync', migration, mapping.name, direction)
}

/**
 * The one writer as functions of the database, with the same statements: lock the authority's rows, lock the replica's,
 * write, then write again the rows that refer to those that are new. `keys bigint[], …` are the legacy keys, each once;
 * the second half of the arguments is for the function's own use.
 *
 * Two functions with one body: a plan that is kept for a few keys would never end for a hundred thousand, and a plan that
 * is made each time costs more than the write of one row.
 */
export function syncFunctions(
  migration: string,
  mapping: Mapping,
  direction: Direction,
  mappings: readonly Mapping[],
): readonly [few: DbFunction, many: DbFunction] {
  const name = syncName(migration, mapping, direction)
  const made = (suffix: string, plan: string): DbFunction => ({
    name: objectName(name, ...(suffix === '' ? [] : [suffix])),
    takes: join([
      ...arrays(mapping).map((type) => type),
      ...arrays(mapping).map((type) => sql`${type} DEFAULT NULL`),
    ]),
    gives: sql`text`,
    body: syncBody(migration, mapping, direction, mappings),
    settings: { plan_cache_mode: plan, 'changeover.writer': 'sync' },
  })
  return [made('', 'force_generic_plan'), made('many', 'force_custom_plan')]
}

/** Calls the function that fits the number of keys; NULL, or a JSON list of refused rows. */
export function callSync(
  migration: string,
  mapping: Mapping,
  direction: Direction,
  keys: readonly Sql[],
): Sql {
  const name = syncName(migration, mapping, direction)
  const few = functionSql({ name })
  const many = functionSql({ name: objectName(name, 'many') })
  return sql`CASE WHEN cardinality(${keys[0] ?? sql`NULL`}) <= ${literal(manyKeys)} THEN ${few}(${join(keys)}) ELSE ${many}(${join(keys)}) END`
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

function syncBody(
  migration: string,
  mapping: Mapping,
  direction: Direction,
  mappings: readonly Mapping[],
): Sql {
  const width = mapping.legacy.key.length
  const present = variables(mapping, 'present')
  const given = mapping.legacy.key.map((_field, index) => parameter(index + 1))
  const absent = mapping.legacy.key.map((_field, index) => parameter(width + index + 1))
  const names = join(keyNames(mapping).map((name) => ident(name)))
  const dependents = direction === 'forward' ? dependentsOf(mapping, mappings) : []
  const rewrites = dependents.map((each, index) => rewriteSql(migration, mapping, each, index))
  return sql`
#variable_conflict use_column
DECLARE
  ${declared(mapping, present)}
  ${join(
    dependents.map(({ mapping: other }, index) => declared(other, variables(other, `dependent${index}`))),
    '\n  ',
  )}
  changeover_written record;
BEGIN
  SELECT ${aggregated(mapping)} INTO ${join(present)} FROM (${lockKeysSql(mapping, direction)}) AS locked;
  PERFORM 1 FROM (${lockReplicaSql(mapping, direction)}) AS locked;
  SELECT ${aggregated(mapping)} INTO ${join(absent)}
    FROM (SELECT * FROM unnest(${join(given)}) EXCEPT SELECT * FROM unnest(${join(present)})) AS absent(${names});
  ${join(
    present.map((each, index) => sql`${parameter(index + 1)} := ${each};`),
    ' ',
  )}
  ${writeSql(mapping, direction, 'keep')} INTO changeover_written;
  ${rewrites.length === 0 ? sql`` : sql`IF changeover_written.fresh IS NOT NULL THEN\n    ${assignFresh(mapping)}${join(rewrites, '')}\n  END IF;`}
  RETURN changeover_written.refused;
END`
}

/** The keys that are new become the function's own argument, which the next statements ask for. */
function assignFresh(mapping: Mapping): Sql {
  const width = mapping.legacy.key.length
  const given = mapping.legacy.key.map((_field, index) => parameter(index + 1))
  const texts = mapping.legacy.key.map((field, index) => {
    return sql`array_agg((made ->> ${literal(index)})::${keyType(mapping, field)})`
  })
  return sql`SELECT ${join(texts)} INTO ${join(given.slice(0, width))} FROM jsonb_array_elements(changeover_written.fresh::jsonb) AS made;`
}

/** A reference from a row of the same statement was resolved by the statement itself. */
function rewriteSql(migration: string, mapping: Mapping, dependent: Dependent, index: number): Sql {
  const other = dependent.mapping
  const found = variables(other, `dependent${index}`)
  const names = join(keyNames(other).map((name) => ident(name)))
  const typed = join(
    other.legacy.key.map((field, at) => {
      return sql`${ident('found', keyNames(other)[at] ?? '')}::${keyType(other, field)}`
    }),
  )
  const given = join(mapping.legacy.key.map((_field, at) => parameter(at + 1)))
  const own = other === mapping ? sql` EXCEPT SELECT * FROM unnest(${given})` : sql``
  return sql`
    SELECT ${aggregated(other)} INTO ${join(found)}
      FROM (SELECT DISTINCT ${typed} FROM (${dependentKeysSql(mapping, dependent)}) AS found${own}) AS dependent(${names});
    IF ${found[0] ?? sql`NULL`} IS NOT NULL THEN
      PERFORM ${callSync(migration, other, 'forward', found)};
    END IF;`
}

function aggregated(mapping: Mapping): Sql {
  return join(
    mapping.legacy.key.map((field, index) => {
      return sql`array_agg(${ident(keyNames(mapping)[index] ?? '')}::${keyType(mapping, field)})`
    }),
  )
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
