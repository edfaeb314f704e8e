import { type Direction, scopeSql } from '@changeover/mapping'
import { all, any, ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { keyNames, keyType, sidesOf, writerName } from '@changeover/sync'
import { writeOrOwe } from './capture-function.ts'
import type { CapturedTable, Interest } from './captured-table.ts'
import { changedKeysSql } from './changed-keys.ts'
import { type DbFunction, type DbTrigger, functionSql, objectName } from './db-object.ts'
import type { DualWrite } from './dual-write.ts'
import type { ReferentialAction } from './referential-actions.ts'
import { type Capture, legacyKeysIn } from './row-triggers.ts'
import { declared, variables } from './sync-call.ts'

/** Rows of a mapping on the side that is written, and which way that is. */
interface Written {
  readonly interest: Interest
  readonly direction: Direction
}

/**
 * When a sync deletes a row of its replica, foreign keys there delete or empty rows of others, of which the side that leads knows
 * nothing where it has no such foreign key. Those that it still has are synced again: what the replica can hold without the
 * row that went comes back, anything else is refused (or owed), by that foreign key's name.
 *
 * Costs writes of a sync nothing but a condition, on tables with such a foreign key; its deletes one look-up for each row.
 */
export function cascaded(
  dualWrite: DualWrite,
  table: CapturedTable,
  actions: readonly ReferentialAction[],
): readonly Capture[] {
  const written = table.interests
    .filter(({ link, source }) => link === undefined && source === undefined)
    .map(
      (interest): Written => ({
        interest,
        direction: interest.direction === 'forward' ? 'backward' : 'forward',
      }),
    )
  const own = actions.filter(({ from }) => from.sql.text === table.sql.text)
  const deleting = own.filter(({ onDelete }) => onDelete === 'delete')
  const emptying = own.filter(({ onDelete }) => onDelete === 'change')
  if (written.length === 0) return []
  return [
    ...(deleting.length === 0 ? [] : [afterDelete(dualWrite, table, written)]),
    ...(emptying.length === 0 ? [] : [afterUpdate(dualWrite, table, written, emptying)]),
  ]
}

function afterDelete(dualWrite: DualWrite, table: CapturedTable, written: readonly Written[]): Capture {
  const keysOf = ({ interest, direction }: Written) => {
    const { authority } = sidesOf(interest.mapping, direction)
    const names = keyNames(interest.mapping).map((name) => ident('gone', name))
    return sql`SELECT ${join(names)} FROM (${changedKeysSql(interest, 'changeover_old')}) AS gone
      WHERE EXISTS (SELECT 1 FROM ${authority.name} AS ${ident(authority.alias)} WHERE ${authority.scope} AND ${authority.matches('gone')})`
  }
  const made = syncedAgain(dualWrite, table, 'cascade', written, keysOf)
  const trigger: DbTrigger = {
    name: objectName('changeover', dualWrite.migration, 'cascade'),
    table: table.sql,
    clause: (on) =>
      sql`AFTER DELETE ON ${on} REFERENCING OLD TABLE AS changeover_old FOR EACH STATEMENT WHEN (${bySync(dualWrite, written)})`,
    calls: sql`${functionSql(made)}()`,
  }
  return { made, triggers: [trigger] }
}

function afterUpdate(
  dualWrite: DualWrite,
  table: CapturedTable,
  written: readonly Written[],
  emptying: readonly ReferentialAction[],
): Capture {
  const made = syncedAgain(dualWrite, table, 'emptied', written, newRow)
  const columns = [...new Set(emptying.flatMap((action) => action.columns))].map((name) => ident(name))
  const changed = any(
    columns.map((column) => sql`OLD.${column} IS NOT NULL AND NEW.${column} IS DISTINCT FROM OLD.${column}`),
  )
  const trigger: DbTrigger = {
    name: objectName('changeover', dualWrite.migration, 'emptied'),
    table: table.sql,
    clause: (on) =>
      sql`AFTER UPDATE OF ${join(columns)} ON ${on} FOR EACH ROW WHEN (${all([changed, bySync(dualWrite, written)])})`,
    calls: sql`${functionSql(made)}()`,
  }
  return { made, triggers: [trigger] }
}

/** The key of the row that was emptied. */
function newRow({ interest: { mapping, direction } }: Written): Sql {
  const keys = legacyKeysIn(mapping, direction, 'new')
  const names = keyNames(mapping).map((name, index) => sql`${keys[index] ?? sql`NULL`} AS ${ident(name)}`)
  const own = direction === 'forward' ? mapping.legacy : mapping.target
  return sql`SELECT ${join(names)} WHERE ${all([scopeSql(own, 'new'), ...keys.map((key) => sql`${key} IS NOT NULL`)])}`
}

/** TRUE where it is a sync that writes here, and what it writes is its replica. */
function bySync({ migration }: DualWrite, written: readonly Written[]): Sql {
  const names = [...new Set(written.map(({ direction }) => writerName(migration, direction)))]
  return sql`pg_catalog.current_setting('changeover.writer', true) IN (${join(names.map((name) => literal(name)))})`
}

function syncedAgain(
  dualWrite: DualWrite,
  table: CapturedTable,
  event: string,
  written: readonly Written[],
  keysOf: (each: Written) => Sql,
): DbFunction {
  const parts = written.map((each, index) => {
    const { mapping } = each.interest
    const keys = variables(mapping, `keys${index}`)
    const names = keyNames(mapping)
    const found = names.map((name, at) => {
      return sql`array_agg(${ident(name)}::${keyType(mapping, mapping.legacy.key[at] ?? '')})`
    })
    const isOwn = literal(writerName(dualWrite.migration, each.direction))
    return {
      declared: declared(mapping, keys),
      body: sql`
    IF pg_catalog.current_setting('changeover.writer', true) = ${isOwn} THEN
      SELECT ${join(found)} INTO ${join(keys)} FROM (${keysOf(each)}) AS found;
      IF ${keys[0] ?? sql`NULL`} IS NOT NULL THEN${writeOrOwe(dualWrite, { mapping, direction: each.direction }, keys, literal(false))}
      END IF;
    END IF;`,
    }
  })
  return {
    name: objectName(event, dualWrite.migration, table.name),
    takes: sql``,
    gives: sql`trigger`,
    settings: {},
    body: sql`
#variable_conflict use_column
DECLARE
  ${join(
    parts.map((part) => part.declared),
    '\n  ',
  )}
  changeover_refused text;
BEGIN${join(
      parts.map(({ body }) => body),
      '',
    )}
  RETURN NULL;
END`,
  }
}
