import type { Queryable } from '@changeover/database'
import { type Table, tableSql } from '@changeover/mapping'
import type { Migration } from '../define-migration.ts'

/** How many rows a table has; null where there is no such table. */
export interface TableRows {
  readonly table: string
  readonly side: 'legacy' | 'target'
  readonly rows: number | null
}

/** Counts every table of a migration, link tables and the tables behind views among them. Cost: one scan of each. */
export async function tableRows(database: Queryable, migration: Migration): Promise<readonly TableRows[]> {
  const counted: TableRows[] = []
  for (const { table, side } of tablesOf(migration))
    counted.push({ table: nameOf(table), side, rows: await rowsOf(database, table) })
  return counted
}

/** How a table is called in reports. */
export function nameOf({ schema, name }: Table): string {
  return schema === undefined ? name : `${schema}.${name}`
}

/** The tables that a migration speaks of, each once, those of the legacy side first. */
function tablesOf({ mappings }: Migration): readonly TableEntry[] {
  const named = mappings.flatMap(({ legacy, target, links }): readonly TableEntry[] => [
    ...behind(legacy, 'legacy'),
    ...links.flatMap((each) => behind(each.legacy.table, 'legacy')),
    ...behind(target, 'target'),
    ...links.flatMap((each) => behind(each.target.table, 'target')),
  ])
  const first = [...Map.groupBy(named, ({ table, side }) => `${side} ${nameOf(table)}`).values()]
  return first.flatMap(([each]) => each ?? []).toSorted((left, right) => left.side.localeCompare(right.side))
}

interface TableEntry {
  readonly table: Table
  readonly side: TableRows['side']
}

function behind(table: Table, side: TableRows['side']): readonly TableEntry[] {
  return (table.madeOf?.map((source) => source.table) ?? [table]).map((each) => ({ table: each, side }))
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
