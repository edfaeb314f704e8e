import {
  type Direction,
  fieldNamed,
  isInPlace,
  type Mapping,
  type Table,
  tableSql,
} from '@changeover/mapping'
import { all, any, ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import {
  type Dependent,
  dependentKeysSql,
  dependentsOf,
  keepersOf,
  keyNames,
  keysSql,
  keyType,
  lockKeysSql,
  lockReplicaSql,
  parameter,
  targetSide,
  type WritePart,
  writerName,
  type WriteShape,
  writeSql,
} from '@changeover/sync'
import { bringAlongSql } from './bring-call.ts'
import { declareKeepers, forgetGone } from './forget-call.ts'
import { type DbFunction, objectName } from './db-object.ts'
import { arrays, callSync, declared, syncName, variables } from './sync-call.ts'

/**
 * The one writer as functions of the database, with the same statements: lock the authority's rows, lock the replica's,
 * write, then write again the rows that refer to those that are new. Arguments: the legacy keys, each once, as an array for
 * each key column; as many for the function's own use; whether it is their link rows that have changed.
 *
 * Under the two locks it is known which rows are new, which are there and which are gone, so that each part of the write
 * statement runs only where it has something to do: a statement that may do everything costs as much again to start.
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
    takes: join([...arrays(mapping), ...arrays(mapping), sql`boolean`]),
    gives: sql`text`,
    body: syncBody(migration, mapping, direction, mappings),
    settings: { plan_cache_mode: plan, 'changeover.writer': writerName(migration, direction) },
  })
  return [made('', 'force_generic_plan'), made('many', 'force_custom_plan')]
}

function syncBody(
  migration: string,
  mapping: Mapping,
  direction: Direction,
  mappings: readonly Mapping[],
): Sql {
  if (isInPlace(mapping)) return inPlaceBody(migration, mapping, direction, mappings)
  const present = variables(mapping, 'present')
  const dependents = direction === 'forward' ? dependentsOf(mapping, mappings) : []
  const rewrites = dependents.map((each, index) => rewriteSql(migration, mapping, each, index))
  const keepers = direction === 'backward' ? keepersOf(mapping, mappings) : []
  const first = present[0] ?? sql`NULL`
  return sql`
#variable_conflict use_column
DECLARE
  ${declared(mapping, present)}
  ${join(
    dependents.map(({ mapping: other }, index) => declared(other, variables(other, `dependent${index}`))),
    '\n  ',
  )}
  ${declareKeepers(keepers)}
  changeover_twins bigint;
  changeover_written record;
  changeover_refused text;
  changeover_own boolean;
  changeover_linked boolean;
  changeover_referred boolean := TRUE;
BEGIN
  ${lockSql(mapping, direction, present, (gone) => forgetGone(migration, mapping, keepers, gone))}
  IF ${first} IS NULL THEN RETURN NULL; END IF;
  ${join(
    present.map((each, index) => sql`${parameter(index + 1)} := ${each};`),
    ' ',
  )}
  IF changeover_twins = 0 THEN
    ${neighboursSql(mapping, direction, dependents)}
    ${insertSql(mapping, direction)}
    changeover_refused := changeover_written.refused;
    ${linkSql(mapping, direction)}
  ELSIF changeover_twins < cardinality(${first}) THEN
    ${byHeldValues(migration, mapping, direction, { parts: ['insert', 'update', 'link'], refersToOwn: true })}
    changeover_refused := changeover_written.refused;
  ELSIF ${linksChanged(mapping)} THEN
    ${writeSql(mapping, direction, 'overwrite', only('link'))} INTO changeover_written;
    changeover_refused := changeover_written.refused;
  ELSE
    ${byHeldValues(migration, mapping, direction, only('update'))}
    changeover_refused := changeover_written.refused;
  END IF;
  ${rewrites.length === 0 ? sql`` : sql`IF changeover_referred AND changeover_written.fresh IS NOT NULL THEN\n    ${assignFresh(mapping)}${join(rewrites, '')}\n  END IF;`}
  ${bringAlongSql(migration, mapping, direction, mappings)}
  RETURN changeover_refused;
END`
}

/** In place a row is its own twin: one lock, and an update of the rows that are there. */
function inPlaceBody(
  migration: string,
  mapping: Mapping,
  direction: Direction,
  mappings: readonly Mapping[],
): Sql {
  const present = variables(mapping, 'present')
  const names = present.map((each, index) => sql`${parameter(index + 1)} := ${each};`)
  return sql`
#variable_conflict use_column
DECLARE
  ${declared(mapping, present)}
  changeover_written record;
  changeover_refused text;
BEGIN
  SELECT ${aggregated(mapping)} INTO ${join(present)} FROM (${lockKeysSql(mapping, direction)}) AS locked;
  IF ${present[0] ?? sql`NULL`} IS NULL THEN RETURN NULL; END IF;
  ${join(names, ' ')}
  ${byHeldValues(migration, mapping, direction, { parts: ['update', 'link'], refersToOwn: false })}
  changeover_refused := changeover_written.refused;
  ${bringAlongSql(migration, mapping, direction, mappings)}
  RETURN changeover_refused;
END`
}

const only = (part: WritePart): WriteShape => ({ parts: [part], refersToOwn: false })

/**
 * Asks once what new twins have to do with other rows: whether one refers to another (to look that up costs each row as much
 * as there are rows), whether they have links, whether others refer to them.
 */
function neighboursSql(mapping: Mapping, direction: Direction, dependents: readonly Dependent[]): Sql {
  const [key] = mapping.legacy.key
  const given = parameter(1)
  const column = (table: Table, field: string) => ident('l', fieldNamed(table, field).column)
  const rowOf = (table: Table, when: Sql) => sql`EXISTS (SELECT 1 FROM ${tableSql(table)} AS l WHERE ${when})`
  const refers = dependents.map(({ mapping: { legacy }, field }) => ({
    legacy,
    when: sql`${column(legacy, field)} = ANY (${given})`,
  }))
  const own = refers.filter((_each, index) => dependents[index]?.mapping === mapping)
  const isOwn = key === undefined ? sql`TRUE` : sql`${column(mapping.legacy, key)} = ANY (${given})`
  const asked = [
    any(own.map(({ when }) => rowOf(mapping.legacy, all([isOwn, when])))),
    any(linkOwners(mapping, direction).map(({ table, when }) => rowOf(table, when))),
    any(refers.map(({ legacy, when }) => rowOf(legacy, when))),
  ]
  return sql`SELECT ${join(asked)} INTO changeover_own, changeover_linked, changeover_referred;`
}

/** The link tables of the side that leads, and when a row `l` of theirs belongs to the given keys. */
function linkOwners(mapping: Mapping, direction: Direction) {
  return mapping.links.map(({ legacy, target }) => {
    const { table, owner } = direction === 'forward' ? legacy : target
    const column = ident('l', fieldNamed(table, owner).column)
    const key = ident('t', fieldNamed(mapping.target, mapping.target.key[0] ?? '').column)
    const owners = direction === 'forward' ? parameter(1) : sql`ARRAY(SELECT ${key} ${twinsOf(mapping)})`
    return { table, when: sql`${column} = ANY (${owners})` }
  })
}

function insertSql(mapping: Mapping, direction: Direction): Sql {
  const shape = (refersToOwn: boolean): WriteShape => ({ parts: ['insert'], refersToOwn })
  return sql`IF changeover_own THEN
      ${writeSql(mapping, direction, 'overwrite', shape(true))} INTO changeover_written;
    ELSE
      ${writeSql(mapping, direction, 'overwrite', shape(false))} INTO changeover_written;
    END IF;`
}

/**
 * A target that has never led holds nothing of its own and is made exact, which is half the work; afterwards values that
 * only the replica can hold are kept.
 */
function byHeldValues(migration: string, mapping: Mapping, direction: Direction, shape: WriteShape): Sql {
  const keep = sql`${writeSql(mapping, direction, 'keep', shape)} INTO changeover_written;`
  if (direction === 'backward') return keep
  return sql`IF changeover.target_has_led(${literal(migration)}) THEN
      ${keep}
    ELSE
      ${writeSql(mapping, direction, 'overwrite', shape)} INTO changeover_written;
    END IF;`
}

/**
 * Locks both sides, deletes the twins of rows that are gone, and leaves behind the keys that have a row and how many of them
 * have a twin.
 */
function lockSql(
  mapping: Mapping,
  direction: Direction,
  present: readonly Sql[],
  forget: (gone: Sql) => Sql,
): Sql {
  const width = mapping.legacy.key.length
  const names = join(keyNames(mapping).map((name) => ident(name)))
  const given = mapping.legacy.key.map((_field, index) => parameter(index + 1))
  const absent = mapping.legacy.key.map((_field, index) => parameter(width + index + 1))
  const first = present[0] ?? sql`NULL`
  return sql`SELECT ${aggregated(mapping)} INTO ${join(present)} FROM (${lockKeysSql(mapping, direction)}) AS locked;
  SELECT count(*) INTO changeover_twins FROM (${lockReplicaSql(mapping, direction)}) AS locked;
  IF changeover_twins > 0 AND cardinality(${first}) IS DISTINCT FROM cardinality(${given[0] ?? sql`NULL`}) THEN
    SELECT ${aggregated(mapping)} INTO ${join(absent)}
      FROM (SELECT * FROM unnest(${join(given)}) EXCEPT SELECT * FROM unnest(${join(present)})) AS absent(${names});
    ${forget(absent[0] ?? sql`NULL`)}${writeSql(mapping, direction, 'overwrite', only('delete'))} INTO changeover_written;
    changeover_twins := changeover_twins - changeover_written.deleted;
  END IF;`
}

/** The link rows of new twins, where there are any. */
function linkSql(mapping: Mapping, direction: Direction): Sql {
  if (mapping.links.length === 0) return sql``
  return sql`IF changeover_linked THEN
      ${writeSql(mapping, direction, 'overwrite', only('link'))} INTO changeover_twins;
    END IF;`
}

function twinsOf(mapping: Mapping): Sql {
  const target = targetSide(mapping)
  return sql`FROM ${keysSql(mapping, 'given', 1)} JOIN ${target.name} AS t ON ${target.matches('given')} AND ${target.scope}`
}

function linksChanged(mapping: Mapping): Sql {
  return parameter(2 * mapping.legacy.key.length + 1)
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
      PERFORM ${callSync(migration, other, 'forward', found, sql`FALSE`)};
    END IF;`
}

function aggregated(mapping: Mapping): Sql {
  return join(
    mapping.legacy.key.map((field, index) => {
      return sql`array_agg(${ident(keyNames(mapping)[index] ?? '')}::${keyType(mapping, field)})`
    }),
  )
}
