import type { Queryable } from '@changeover/database'
import { ident, sql } from '@changeover/mapping/sql'
import type { LegacyColumn } from '../legacy-table.ts'
import type { Proxy } from '../proxy.ts'

/** Values worth trying in a column, as PostgreSQL's text; null is NULL. */
export type ColumnValues = ReadonlyMap<string, readonly (string | null)[]>

/** What the table holds, and what its types make difficult. Cost: one scan for each column. */
export async function columnValues(queryable: Queryable, { table }: Proxy): Promise<ColumnValues> {
  const from = ident(table.schema, table.name)
  const values = new Map<string, readonly (string | null)[]>()
  for (const column of table.columns) {
    const text = sql`${ident(column.name)}::text`
    const { rows } = await queryable.query<{ value: string | null }>(
      sql`SELECT DISTINCT ${text} AS value FROM ${from} ORDER BY 1 LIMIT 12`.text,
    )
    values.set(column.name, [...new Set([...rows.map(({ value }) => value), ...difficult(column), null])])
  }
  return values
}

function difficult({ type }: LegacyColumn): readonly string[] {
  const found = Object.entries(byType).find(([prefix]) => type.startsWith(prefix))
  return found?.[1] ?? []
}

const texts = ['', ' ', 'odd', "it's", 'null', '100%', 'a\\b', '😀', 'x'.repeat(51), 'y'.repeat(300)]

const byType: Readonly<Record<string, readonly string[]>> = {
  smallint: ['0', '-1', '100', '101'],
  integer: ['0', '-1', '7', '2147483647'],
  bigint: ['0', '9007199254740993'],
  numeric: ['0', '0.005', '1.50', '9999.99', '-1.10', '12345678901.5'],
  boolean: ['true', 'false'],
  text: texts,
  character: texts,
  date: ['2024-02-29', '0001-01-01', 'infinity', '9999-12-31'],
  timestamp: ['2024-02-29 16:00:00.123456+00', '1942-11-01 00:30:00+00', '2026-12-31 23:59:59.999999+08'],
  uuid: ['00000000-0000-0000-0000-000000000001'],
  jsonb: ['{}', 'null', '[]', '{"a": null}', '[1.50, "x"]', '""', '9007199254740993'],
}
