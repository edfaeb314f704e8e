import type { Queryable } from '@changeover/database'
import { type Table, tableSql } from '@changeover/mapping'
import type { Migration } from '../define-migration.ts'
import { nameOf, type SidedTable, tablesOf } from '../tables-of.ts'

/** How many rows a table has; null where there is no such table. */
export interface TableRows {
  readonly table: string
  readonly side: SidedTable['side']
  readonly rows: number | null
}

/** Counts every table of a migration, link tables and the tables behind views among them. Cost: one scan of each. */
export async function tableRows(database: Queryable, migration: Migration): Promise<readonly TableRows[]> {
  const counted: TableRows[] = []
  for (const { table, side } of tablesOf(migration))
    counted.push({ table: nameOf(table), side, rows: await rowsOf(database, table) })
  return counted
}

async function rowsOf(database: Queryable, table: Table): Promise<number | null> {
  const name = tableSql(table).text
  const found = await database.query<{ found: boolean }>('select to_regclass($1) is not null as found', [
    name,
  ])
  if (found.rows[0]?.found !== true) return null
  const { rows } = await database.query<{ count: string }>(`select count(*)::text as count from ${name}`)
  return Number(rows[0]?.count)
}
