import type { Queryable } from '@changeover/database'
import { type Mapping, tableSql } from '@changeover/mapping'

/** How many rows the first batch of an empty target has at most: what was planned while it was empty reads it as a whole for each row. */
export const firstBatchRows = 500

/** Whether the planner has to learn of the target between these two counts of rows: after the first batch, and at each power of ten. */
export function isOverdue(rowsBefore: number, rowsNow: number): boolean {
  return rowsNow > 0 && (rowsBefore === 0 || digits(rowsNow) > digits(rowsBefore))
}

/**
 * Has the planner learn of the tables that a mapping writes. Plans that a session keeps, such as those of foreign keys and of
 * triggers, are made anew: one that was made for an empty table stays a scan of it, and each row costs more than the one before.
 *
 * Cost: one statement, a sample of each table. A table that somebody locks, or that is another's, is left out.
 */
export async function refreshStatistics(database: Queryable, { target, links }: Mapping): Promise<void> {
  const written = [target, ...links.map(({ target: { table } }) => table)]
  const tables = written.flatMap((table) => table.madeOf?.map((source) => source.table) ?? [table])
  const names = new Set(tables.map((table) => tableSql(table).text))
  await database.query(`ANALYZE (SKIP_LOCKED) ${[...names].join(', ')}`)
}

function digits(rows: number): number {
  return String(rows).length
}
