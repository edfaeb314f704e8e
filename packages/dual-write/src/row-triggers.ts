import {
  type Direction,
  fieldNamed,
  identitySql,
  isInPlace,
  keyOfIdentity,
  keyPairs,
  type Mapping,
  scopeSql,
} from '@changeover/mapping'
import { all, any, differs, ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import {
  canAdopt,
  type ColumnValue,
  columnValues,
  identityValues,
  keyNames,
  newKey,
  sidesOf,
  writerName,
} from '@changeover/sync'
import type { CapturedTable } from './captured-table.ts'
import { type DbFunction, type DbTrigger, functionSql, objectName } from './db-object.ts'
import type { DualWrite } from './dual-write.ts'
import { keyNotGivenState } from './sql-state.ts'

/** A function with the triggers that run it. */
export interface Capture {
  readonly made: DbFunction
  readonly triggers: readonly DbTrigger[]
}

/**
 * A key that changes takes its twin along, except behind a view: there it is another row. Statement triggers see the rows before and after, but not which became which:
 * without this the twin would be deleted and made anew, and lose what only it holds. Costs other updates nothing but the
 * comparison of the key.
 */
export function rekeying({ migration }: DualWrite, table: CapturedTable): Capture {
  const own = table.interests.filter(
    ({ link, source, mapping }) => link === undefined && source === undefined && !isInPlace(mapping),
  )
  const directions = new Set(own.map(({ direction }) => direction))
  const [first = 'forward'] = directions
  const moves = (direction: Direction) =>
    join(
      own.filter((each) => each.direction === direction).map(({ mapping }) => moveSql(mapping, direction)),
      '',
    )
  const made: DbFunction = {
    name: objectName('rekey', migration, table.name),
    takes: sql``,
    gives: sql`trigger`,
    settings: directions.size === 1 ? { 'changeover.writer': writerName(migration, first) } : {},
    body: sql`
DECLARE
  changeover_phase text := (SELECT now.phase FROM changeover.current_phase(${literal(migration)}) AS now);
BEGIN
  IF changeover_phase = 'legacy-leads' THEN${moves('forward')}
  ELSIF changeover_phase = 'target-leads' THEN${moves('backward')}
  END IF;
  RETURN NULL;
END`,
  }
  const changed = any(own.map(({ mapping, direction }) => keyChanged(mapping, direction)))
  const trigger: DbTrigger = {
    name: objectName('changeover', migration, 'rekey'),
    table: table.sql,
    clause: (on) => sql`AFTER UPDATE OF ${keyColumnsOf(own)} ON ${on} FOR EACH ROW WHEN (${changed})`,
    calls: sql`${functionSql(made)}()`,
  }
  return { made, triggers: own.length === 0 ? [] : [trigger] }
}

/** Where none of them is set, PostgreSQL does not even look at the condition. */
function keyColumnsOf(interests: CapturedTable['interests']): Sql {
  const columns = interests.flatMap(({ mapping, direction }) =>
    direction === 'forward'
      ? mapping.legacy.key.map((field) => fieldNamed(mapping.legacy, field).column)
      : keyPairs(mapping).map(({ slot }) => slot.field.column),
  )
  return join([...new Set(columns)].map((column) => ident(column)))
}

function keyChanged(mapping: Mapping, direction: Direction): Sql {
  const [before, after] = ['old', 'new'].map((row) => keysIn(mapping, direction, row))
  return any((before ?? []).map((key, index) => differs(key, after?.[index] ?? key)))
}

/** The legacy key of a row of the authority, in the form in which it is stored there. */
function keysIn(mapping: Mapping, direction: Direction, row: string): readonly Sql[] {
  if (direction === 'backward') return keyPairs(mapping).map(({ slot }) => identitySql(slot, row))
  return mapping.legacy.key.map((field) => ident(row, fieldNamed(mapping.legacy, field).column))
}

/** The same as a value of the legacy key's type. */
export function legacyKeysIn(mapping: Mapping, direction: Direction, row: string): readonly Sql[] {
  if (direction === 'backward') return keyPairs(mapping).map((pair) => keyOfIdentity(pair, row))
  return keysIn(mapping, direction, row)
}

function moveSql(mapping: Mapping, direction: Direction): Sql {
  const { replica } = sidesOf(mapping, direction)
  const names = join(keyNames(mapping).map((name) => ident(name)))
  const now = legacyKeysIn(mapping, direction, 'new')
  const known = all(
    [...now, ...legacyKeysIn(mapping, direction, 'old')].map((key) => sql`${key} IS NOT NULL`),
  )
  const given = (row: string) =>
    sql`(VALUES (${join(legacyKeysIn(mapping, direction, row))})) AS ${ident(`key_${row}`)}(${names})`
  const moved =
    direction === 'forward' ? identityColumns(mapping, replica.alias, now) : keyColumns(mapping, now)
  const sets = moved.map(({ column, value }) => sql`${column} = ${value}`)
  const taken = sql`SELECT 1 FROM ${given('new')}, ${replica.name} AS ${ident(replica.alias)} WHERE ${replica.matches('key_new')} AND ${replica.scope}`
  return sql`
    IF ${known} AND ${keyChanged(mapping, direction)} AND NOT EXISTS (${taken}) THEN
      UPDATE ${replica.name} AS ${ident(replica.alias)} SET ${join(sets)} FROM ${given('old')}
        WHERE ${replica.matches('key_old')} AND ${replica.scope};
    END IF;`
}

function keyColumns(mapping: Mapping, keys: readonly Sql[]): readonly ColumnValue[] {
  return mapping.legacy.key.map((field, index) => {
    return { column: ident(fieldNamed(mapping.legacy, field).column), value: keys[index] ?? sql`NULL` }
  })
}

/** The columns of the target that hold these legacy keys, with what stands beside them in the row of that alias. */
export function identityColumns(
  mapping: Mapping,
  alias: string,
  keys: readonly Sql[],
): readonly ColumnValue[] {
  return columnValues(
    identityValues(mapping, (index) => keys[index] ?? sql`NULL`),
    alias,
  )
}

/**
 * A target row knows its legacy key, always: a new one takes it from the legacy table's own sequence while the target
 * leads, and an update that leaves it out (an ORM writes whole JSON columns) keeps the one there was. Named to run last.
 */
export function adopting({ migration }: DualWrite, table: CapturedTable): Capture {
  const own = table.interests
    .filter(
      ({ direction, link, source, mapping }) =>
        direction === 'backward' &&
        link === undefined &&
        source?.list === undefined &&
        mapping.identity.kind === 'storedIn',
    )
    .map(({ mapping }) => mapping)
  const made: DbFunction = {
    name: objectName('adopt', migration, table.name),
    takes: sql``,
    gives: sql`trigger`,
    settings: {},
    body: sql`
BEGIN
  ${join(
    own.map((mapping) => adoptSql(migration, mapping)),
    '\n  ',
  )}
  RETURN NEW;
END`,
  }
  // A short condition, since PostgreSQL reads it again for each statement. A sync gives the key itself.
  const trigger: DbTrigger = {
    name: objectName('zzz_changeover', migration, 'adopt'),
    table: table.sql,
    clause: (on) =>
      sql`BEFORE INSERT OR UPDATE ON ${on} FOR EACH ROW WHEN (pg_catalog.current_setting('changeover.writer', true) IS DISTINCT FROM ${literal(writerName(migration, 'forward'))})`,
    calls: sql`${functionSql(made)}()`,
  }
  return { made, triggers: own.length === 0 ? [] : [trigger] }
}

function adoptSql(migration: string, mapping: Mapping): Sql {
  const kept = keyPairs(mapping).map(({ slot }) => identitySql(slot, 'old'))
  const keep = sql`IF TG_OP = 'UPDATE' AND ${inScope(mapping, 'old')} AND NOT (${without(mapping, 'old')}) THEN
      ${assign(mapping, kept)}`
  return sql`IF ${all([inScope(mapping, 'new'), without(mapping, 'new')])} THEN
    ${keep}
    ELSIF (SELECT now.phase FROM changeover.current_phase(${literal(migration)}) AS now) = 'target-leads' THEN
      ${
        canAdopt(mapping)
          ? assign(
              mapping,
              mapping.legacy.key.map((field) => newKey(mapping, mapping.legacy, field)),
            )
          : refuseKeyless(mapping)
      }
    END IF;
  END IF;`
}

function assign(mapping: Mapping, keys: readonly Sql[]): Sql {
  return join(
    identityColumns(mapping, 'new', keys).map(({ column, value }) => sql`NEW.${column} := ${value};`),
    ' ',
  )
}

function refuseKeyless(mapping: Mapping): Sql {
  const message = `A new row of ${mapping.target.name} needs its key in ${mapping.legacy.name} while the target leads: give ${mapping.identity.slots.join(', ')}`
  return sql`RAISE EXCEPTION USING ERRCODE = ${literal(keyNotGivenState)}, MESSAGE = ${literal(message)};`
}

function inScope(mapping: Mapping, row: string): Sql {
  return scopeSql(mapping.target, row)
}

function without(mapping: Mapping, row: string): Sql {
  return any(keyPairs(mapping).map(({ slot }) => sql`${identitySql(slot, row)} IS NULL`))
}
