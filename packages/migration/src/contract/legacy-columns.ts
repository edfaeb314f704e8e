import type { Queryable } from '@changeover/database'
import type { LegacyColumns } from '@changeover/rollout'
import { fieldNamed, isInPlace, type Mapping, type Table, tableSql } from '@changeover/mapping'
import type { Migration } from '../define-migration.ts'
import type { TableName } from './legacy-tables.ts'

/** What is legacy of a table in place, and the key by which the archive knows its rows. */
export interface ColumnsInPlace extends LegacyColumns {
  readonly key: readonly string[]
}

/**
 * What is legacy of each table in place: the columns that no target describes. A column that both sides describe is the target's, among
 * them those in which a rule keeps aside what it could not convert.
 */
export function legacyColumns({ mappings }: Migration): readonly ColumnsInPlace[] {
  const targets = mappings.flatMap(({ target, links }) => [target, ...links.map((each) => each.target.table)])
  const kept = new Set(targets.flatMap((target) => columnsOf(target).map((column) => placed(target, column))))
  const byTable = Map.groupBy(mappings.filter(isInPlace), ({ legacy }) => tableSql(legacy).text)
  return [...byTable].map(([table, own]) => ({
    table,
    key: keyOf(own),
    columns: [
      ...new Set(
        own.flatMap(({ legacy }) => columnsOf(legacy).filter((column) => !kept.has(placed(legacy, column)))),
      ),
    ],
  }))
}

/** Those of them that are still in their tables. */
export async function legacyColumnsIn(
  database: Queryable,
  migration: Migration,
): Promise<readonly (Omit<ColumnsInPlace, 'table'> & { readonly name: TableName })[]> {
  const places = await Promise.all(
    legacyColumns(migration).map(async ({ table, key, columns }) => {
      const { rows } = await database.query<TableName & { readonly left: readonly string[] }>(
        `select n.nspname::text as schema, c.relname::text as table, array_agg(a.attname::text order by a.attnum) as left
           from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
          where c.oid = to_regclass($1) and a.attname = any($2::text[]) and not a.attisdropped group by 1, 2`,
        [table, [...columns]],
      )
      return rows.map(({ left, ...name }) => ({ name, key, columns: left }))
    }),
  )
  return places.flat()
}

function keyOf([mapping]: readonly Mapping[]): readonly string[] {
  return mapping?.legacy.key.map((name) => fieldNamed(mapping.legacy, name).column) ?? []
}

function columnsOf({ fields }: Table): readonly string[] {
  return Object.values(fields).map(({ column }) => column)
}

function placed(table: Table, column: string): string {
  return `${tableSql(table).text}.${column}`
}
