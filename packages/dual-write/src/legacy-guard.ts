import { tableSql } from '@changeover/mapping'
import { phases } from '@changeover/rollout'
import { all, any, ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { engineName, keyNames } from '@changeover/sync'
import type { CapturedTable, Interest } from './captured-table.ts'
import { changedKeysSql } from './changed-keys.ts'
import type { DualWrite } from './dual-write.ts'
import type { ReferentialAction } from './referential-actions.ts'

/** Whether direct writes to it are refused while the target leads: not where the target uses it as well. */
export function isGuarded({ interests }: CapturedTable): boolean {
  return interests.every(({ direction, source }) => direction === 'forward' && source?.shared !== true)
}

/** The phases in which legacy rows are written by the sync alone, as a list of literals. */
export const guardedPhases: Sql = join(
  Object.values(phases)
    .filter(({ authority }) => authority === 'target')
    .map(({ name }) => literal(name)),
)

/** The arguments by which the guard of TRUNCATE knows a legacy table. */
export function truncateArguments({ proxySchema }: DualWrite, table: CapturedTable): Sql {
  return isGuarded(table) ? sql`, 'legacy', ${literal(proxySchema ?? '')}` : sql``
}

/**
 * Refuses the statement if it has changed a row that a mapping speaks of. What a sync writes never gets here: the condition of the
 * trigger knows it by the setting that belongs to the sync function, at no cost. Engines that write legacy say so for their
 * own transaction (`asEngine`).
 *
 * Rows that follow a parent which is gone pass: a foreign key of the legacy table empties or deletes them, as that of the target
 * does with theirs. Such a row can be told from any other, since nobody else meets a reference whose row is not there.
 */
export function guardSql(
  { migration, proxySchema = '' }: DualWrite,
  table: CapturedTable,
  actions: readonly ReferentialAction[],
): Sql {
  const found = (but: But | undefined) =>
    join(
      table.interests.map((interest) => findWritten(interest, but)),
      '',
    )
  // A row of the same view that is gone takes the key with it: then only those that follow it can tell.
  const parts = table.interests.flatMap(({ mapping }) => mapping.legacy.madeOf ?? [])
  const isPart = (other: Sql) => parts.some((part) => tableSql(part.table).text === other.text)
  const own = actions.filter(({ from, to }) => from.sql.text === table.sql.text && !isPart(to.sql))
  // Only who is about to be refused pays for a second look.
  const again = sql`
    IF changeover_refused IS NOT NULL THEN
      changeover_refused := NULL;${found((alias) => sql`NOT (${any(own.map((each) => isOrphan(each, alias)))})`)}
    END IF;`
  return sql`
  ELSIF changeover_phase IN (${guardedPhases}) AND pg_catalog.current_setting('changeover.writer', true) IS DISTINCT FROM ${literal(engineName(migration))} THEN${found(undefined)}${own.length === 0 ? sql`` : again}
    IF changeover_refused IS NOT NULL THEN
      PERFORM changeover.refuse_legacy_write(${literal(migration)}, changeover_phase, TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME, ${literal(proxySchema)}, changeover_refused::jsonb);
    END IF;`
}

/** Of rows under that alias, which ones count. */
type But = (alias: string) => Sql

function findWritten(interest: Interest, but: But | undefined): Sql {
  const now = changedKeysSql(interest, 'changeover_new')
  const before = (which?: But) => changedKeysSql(interest, 'changeover_old', which)
  const key = sql`jsonb_build_array(${join(keyNames(interest.mapping).map((name) => sql`${ident('written', name)}::text`))})::text`
  const first = (from: Sql) =>
    sql`changeover_refused := COALESCE(changeover_refused, (SELECT ${key} FROM (${from}) AS written LIMIT 1));`
  return sql`
    IF TG_OP = 'INSERT' THEN
      ${first(now)}
    ELSIF TG_OP = 'UPDATE' THEN
      ${first(sql`(${before(but)}) UNION ALL (${now} EXCEPT ${before()})`)}
    ELSE
      ${first(before(but))}
    END IF;`
}

/** TRUE for a row that refers to one which is not there. */
function isOrphan({ to, columns, toColumns }: ReferentialAction, alias: string): Sql {
  const present = columns.map((column) => sql`${ident(alias, column)} IS NOT NULL`)
  const same = columns.map(
    (column, index) => sql`${ident('parent', toColumns[index] ?? '')} = ${ident(alias, column)}`,
  )
  return all([...present, sql`NOT EXISTS (SELECT 1 FROM ${to.sql} AS parent WHERE ${all(same)})`])
}
