import { type Mapping, scopeSql, tableSql } from '@changeover/mapping'
import { all, ident, type Sql, same, sql } from '@changeover/mapping/sql'
import { targetSide } from '@changeover/sync'
import { keyColumns, type ProxyColumn } from './columns.ts'
import { aliases, inSchema, type ProxySet } from './proxy.ts'
import { raise, rowChangedState } from './raise.ts'
import type { LegacyTable } from './legacy-table.ts'

/** Set once the row is known to have been changed by this very transaction, which then may write it again. */
export const own = ident('changeover_own')

/** The target's row of the key that is replaced, found by the index of the identity. */
export function currentRow(mapping: Mapping): Sql {
  const side = targetSide(mapping)
  return all([scopeSql(mapping.target, 't'), side.matches('changeover_key')])
}

/** `(SELECT old.id AS k0) AS changeover_key`: the key in the form that a side matches. */
export function replacedKey(mapping: Mapping): Sql {
  const keys = keyColumns(mapping).map(
    (name, index) => `${ident(aliases.replaced, name).text} AS ${ident(`k${index}`).text}`,
  )
  return sql`(SELECT ${{ text: keys.join(', ') }}) AS changeover_key`
}

/**
 * TRUE while the row still reads as the statement saw it. PostgreSQL asks it again of a row it had to wait for; a view has no
 * such recheck of its own, and `progress = progress + 1` would lose the other transaction's step.
 */
export function unchanged(columns: readonly ProxyColumn[]): Sql {
  const comparable = (value: Sql, { column }: ProxyColumn) =>
    column.type === 'json' ? sql`(${value})::text` : value
  return all(
    columns.map((each) =>
      same(comparable(each.value, each), comparable(ident(aliases.replaced, each.name), each)),
    ),
  )
}

/**
 * After a write that found no row: gone (the statement counts no row, as on a table), changed by this transaction (written
 * again), or changed by another one (a retriable failure).
 */
export function whenNotFound(set: ProxySet, mapping: Mapping, table: LegacyTable): Sql {
  // The row of a view does not say who wrote it; that of the table which owns it does.
  const owner = mapping.target.madeOf?.find(({ list, through }) => !list && !through)?.table
  return sql`
      SELECT ${inSchema(set, 'is_own')}(t.xmin) INTO ${own}
        FROM ${tableSql(owner ?? mapping.target)} AS t CROSS JOIN ${replacedKey(mapping)} WHERE ${currentRow(mapping)} FOR NO KEY UPDATE OF t;
      IF NOT FOUND THEN
        RETURN NULL;
      END IF;
      IF NOT ${own} THEN
        ${raise({
          state: rowChangedState,
          message: `could not serialize access due to concurrent update of a row of ${table.name}`,
          table,
          hint: 'Run the transaction again.',
        })}
      END IF;`
}

/** Whether the transaction that wrote a row version is this one, by its xid: only its own unfinished work can be seen. */
export function isOwnFunction(set: ProxySet): string {
  // A row carries the low half of its xid; the high half is that of the full xid nearest to the snapshot's.
  const body = `
  WITH given AS (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS near, $1::text::bigint AS low),
    close AS (SELECT near, (near >> 32 << 32) + low AS id FROM given),
    nearest AS (SELECT CASE WHEN id > near + 2147483648 THEN id - 4294967296 WHEN id < near - 2147483648 THEN id + 4294967296 ELSE id END AS id FROM close)
  SELECT id > 2 AND pg_xact_status(id::text::xid8) = 'in progress' FROM nearest`
  return `CREATE OR REPLACE FUNCTION ${inSchema(set, 'is_own').text}(xid) RETURNS boolean LANGUAGE sql VOLATILE AS '${body.replaceAll("'", "''")}'`
}
