import { hashOf } from '@changeover/mapping'
import { literal, type Sql, sql } from '@changeover/mapping/sql'
import type { ArchivedTable } from './archived-tables.ts'
import type { TableName } from './legacy-tables.ts'

/** Who does it, for the record, and to which migration it belongs. */
export interface ArchivedBy {
  readonly migration: string
  readonly by: string
}

/** The schema in which the tables of one schema are kept. */
export function archiveSchemaOf(migration: string, schema: string): string {
  const name = `changeover_archive_${migration.replaceAll('-', '_')}_${schema}`
  return Buffer.byteLength(name) <= 63 ? name : `changeover_archive_${hashOf(name).slice(0, 16)}`
}

interface Entry extends Partial<Pick<ArchivedTable, 'hasView' | 'foreignKeys' | 'columns'>> {
  /** How many rows were copied, as an expression; where the table itself has moved, nothing is. */
  readonly rows?: Sql
}

/** The statement that records where a table, or what is legacy of it, is from now on. */
export function archiveRow(
  migration: string,
  { schema, table }: TableName,
  archive: string,
  by: string,
  { hasView = false, foreignKeys = [], columns, rows = sql`NULL` }: Entry,
): string {
  const made = columns === undefined ? sql`NULL` : sql`${literal(JSON.stringify(columns))}::jsonb`
  return sql`INSERT INTO changeover.archive (migration, schema_name, table_name, archive_schema, state, has_view, foreign_keys, columns, rows_copied, by)
    VALUES (${literal(migration)}, ${literal(schema)}, ${literal(table)}, ${literal(archive)}, 'archived', ${literal(hasView)},
      ${literal(JSON.stringify(foreignKeys))}::jsonb, ${made}, ${rows}, ${literal(by)})
    ON CONFLICT (migration, schema_name, table_name) DO UPDATE SET state = 'archived', has_view = EXCLUDED.has_view,
      foreign_keys = EXCLUDED.foreign_keys, columns = EXCLUDED.columns, rows_copied = EXCLUDED.rows_copied, at = clock_timestamp(), by = EXCLUDED.by`
    .text
}

export function changeState(
  migration: string,
  { schema, table }: TableName,
  state: ArchivedTable['state'],
  by: string,
): string {
  return sql`UPDATE changeover.archive SET state = ${literal(state)}, at = clock_timestamp(), by = ${literal(by)}
    WHERE migration = ${literal(migration)} AND schema_name = ${literal(schema)} AND table_name = ${literal(table)}`
    .text
}

export function note(migration: string, what: string, { schema, table }: TableName, by: string): string {
  return sql`INSERT INTO changeover.archive_history (migration, what, object, by)
    VALUES (${literal(migration)}, ${literal(what)}, ${literal(`${schema}.${table}`)}, ${literal(by)})`.text
}
