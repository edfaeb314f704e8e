import type { Direction } from '@changeover/mapping'
import { ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { keyNames, writerName } from '@changeover/sync'
import type { CapturedTable, Interest } from './captured-table.ts'
import { changedKeysSql } from './changed-keys.ts'
import { type DbFunction, type DbTrigger, functionSql, objectName } from './db-object.ts'
import type { DualWrite } from './dual-write.ts'
import { changedInPlaceSql, guardInPlaceSql, isOwnInPlace } from './in-place.ts'
import { guardSql, isGuarded } from './legacy-guard.ts'
import type { ReferentialAction } from './referential-actions.ts'
import { arrays, callSync, declared, reasonsSql, variables } from './sync-call.ts'

/** In which phase a direction is synced: only the side that leads is captured. */
export const phaseOf: Readonly<Record<Direction, string>> = {
  forward: 'legacy-leads',
  backward: 'target-leads',
}

/**
 * What the statement triggers of one table run: the keys of the changed rows, for each mapping that wants to know of them,
 * then one sync. A table that is legacy alone is guarded while the target leads. Where no row has changed there is no key and no sync: so the sync's own statements cannot call each other
 * for ever.
 */
export function captureFunction(
  dualWrite: DualWrite,
  table: CapturedTable,
  actions: readonly ReferentialAction[],
): DbFunction {
  const { migration } = dualWrite
  const parts = table.interests.map((interest, index) => ({ interest, keys: `keys${index}` }))
  const body = (direction: Direction) =>
    join(
      parts
        .filter(({ interest }) => interest.direction === direction)
        .map(({ interest, keys }) => syncChanged(dualWrite, interest, keys)),
      '',
    )
  return {
    name: objectName('capture', migration, table.name),
    takes: sql``,
    gives: sql`trigger`,
    settings: {},
    body: sql`
#variable_conflict use_column
DECLARE
  ${join(
    parts.map(({ interest, keys }) => declared(interest.mapping, variables(interest.mapping, keys))),
    '\n  ',
  )}
  changeover_phase text;
  changeover_refused text;
BEGIN
  SELECT phase INTO changeover_phase FROM changeover.current_phase(${literal(migration)});
  ${guardInPlaceSql(dualWrite, table)}
  IF changeover_phase = ${literal(phaseOf.forward)} THEN${body('forward')}
  ${isGuarded(table) ? guardSql(dualWrite, table, actions) : sql`ELSIF changeover_phase = ${literal(phaseOf.backward)} THEN${body('backward')}`}
  END IF;
  RETURN NULL;
END`,
  }
}

/**
 * The statement triggers that run it, one for each event: transition tables allow no more. What a sync writes to its replica
 * needs no asking: that the other side leads is what the sync has found out under the lock of the phase.
 */
export function captureTriggers(
  { migration }: DualWrite,
  table: CapturedTable,
  made: DbFunction,
): readonly DbTrigger[] {
  const events = {
    INSERT: sql`REFERENCING NEW TABLE AS changeover_new`,
    UPDATE: sql`REFERENCING OLD TABLE AS changeover_old NEW TABLE AS changeover_new`,
    DELETE: sql`REFERENCING OLD TABLE AS changeover_old`,
  }
  const directions = new Set(table.interests.map(({ direction }) => direction))
  const written = writerName(migration, directions.has('forward') ? 'backward' : 'forward')
  const unasked = sql` WHEN (pg_catalog.current_setting('changeover.writer', true) IS DISTINCT FROM ${literal(written)})`
  const when = directions.size === 1 ? unasked : sql``
  return Object.entries(events).map(([event, tables]) => ({
    name: objectName('changeover', migration, event.toLowerCase()),
    table: table.sql,
    clause: (on) => sql`AFTER ${{ text: event }} ON ${on} ${tables} FOR EACH STATEMENT${when}`,
    calls: sql`${functionSql(made)}()`,
  }))
}

function syncChanged(dualWrite: DualWrite, interest: Interest, name: string): Sql {
  const { mapping } = interest
  const keys = variables(mapping, name)
  const into = (from: Sql) =>
    sql`SELECT ${join(keyNames(mapping).map((key) => sql`array_agg(${ident(key)})`))} INTO ${join(keys)} FROM (${from}) AS changed`
  const now = changedKeysSql(interest, 'changeover_new')
  const before = changedKeysSql(interest, 'changeover_old')
  return sql`
    IF TG_OP = 'INSERT' THEN
      ${into(now)};
    ELSIF TG_OP = 'UPDATE' THEN
      ${into(isOwnInPlace(interest) ? changedInPlaceSql(interest) : sql`${now} UNION ${before}`)};
    ELSE
      ${into(before)};
    END IF;
    IF ${keys[0] ?? sql`NULL`} IS NOT NULL THEN${writeOrOwe(dualWrite, interest, keys, literal(interest.link !== undefined))}
    END IF;`
}

/** Both or neither; under best-effort the block is a savepoint, at no round trip, and what fails is owed. */
export function writeOrOwe(
  { migration, policy }: DualWrite,
  { mapping, direction }: Omit<Interest, 'link'>,
  keys: readonly Sql[],
  linksChanged: Sql,
): Sql {
  const call = sql`changeover_refused := ${callSync(migration, mapping, direction, keys, linksChanged)};`
  const who = sql`${literal(migration)}, ${literal(mapping.name)}, ${literal(direction)}`
  const reasons = reasonsSql(mapping, direction)
  if (policy !== 'best-effort')
    return sql`
      ${call}
      IF changeover_refused IS NOT NULL THEN PERFORM changeover.refuse_rows(${who}, changeover_refused::jsonb, ${reasons}); END IF;`
  return sql`
      BEGIN
        ${call}
        IF changeover_refused IS NOT NULL THEN PERFORM changeover.owe_rows(${who}, changeover_refused::jsonb, ${reasons}); END IF;
      EXCEPTION
        WHEN serialization_failure THEN RAISE;
        WHEN OTHERS THEN
          INSERT INTO changeover.outbox (migration, mapping, direction, key, sql_state, why)
            SELECT ${who}, ${keyTexts(mapping)}, SQLSTATE, SQLERRM FROM unnest(${join(keys)}) AS owed(${join(keyNames(mapping).map((key) => ident(key)))});
      END;`
}

function keyTexts(mapping: Interest['mapping']): Sql {
  return sql`jsonb_build_array(${join(arrays(mapping).map((_type, index) => sql`${ident('owed', keyNames(mapping)[index] ?? '')}::text`))})`
}
