import type { Queryable } from '@changeover/database'
import type { ColumnDefinitions } from './column-definitions.ts'
import type { ColumnsInPlace } from './legacy-columns.ts'

/** A legacy table that the contraction has moved, or legacy columns that it has, and what has become of them. */
export interface ArchivedTable {
  readonly schema: string
  readonly table: string
  readonly archiveSchema: string
  /** archived: in the archive · restored: back at its place, read-only · dropped: gone. */
  readonly state: 'archived' | 'restored' | 'dropped'
  /** Whether a view over the target has its name. */
  readonly hasView: boolean
  /** Foreign keys to other tables, which were taken from it so that it holds nobody back. */
  readonly foreignKeys: readonly { readonly name: string; readonly definition: string }[]
  /** Present where the table stays, and only these columns of it went, with the key of their rows. */
  readonly columns?: ColumnDefinitions & Pick<ColumnsInPlace, 'key'>
  /** How many rows the columns had. */
  readonly rowsCopied?: string
  /** ISO 8601 in UTC. */
  readonly at: string
  readonly by: string
}

/** The tables that were archived; none before the contraction. Cost: two statements. */
export async function archivedTables(
  database: Queryable,
  migration: string,
): Promise<readonly ArchivedTable[]> {
  const { rows: found } = await database.query<{ found: boolean }>(
    `select to_regclass('changeover.archive') is not null as found`,
  )
  if (found[0]?.found !== true) return []
  const { rows } = await database.query<Row>(
    `select schema_name as schema, table_name as table, archive_schema as "archiveSchema", state, has_view as "hasView",
       foreign_keys::text as keys, to_jsonb(a) ->> 'columns' as made, to_jsonb(a) ->> 'rows_copied' as copied,
       to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at, by
       from changeover.archive a where migration = $1 order by schema_name, table_name`,
    [migration],
  )
  return rows.map(({ keys, made, copied, ...row }) => ({
    ...row,
    // Both were written by the archiving.
    foreignKeys: JSON.parse(keys) as ArchivedTable['foreignKeys'],
    ...(made !== null && { columns: JSON.parse(made) as NonNullable<ArchivedTable['columns']> }),
    ...(copied !== null && { rowsCopied: copied }),
  }))
}

interface Row extends Omit<ArchivedTable, 'foreignKeys' | 'columns' | 'rowsCopied'> {
  readonly keys: string
  readonly made: string | null
  readonly copied: string | null
}

/** Where a table is now, for people: `changeover_archive_crm_public.customer`. */
export function placeOf({ schema, table, archiveSchema, state }: ArchivedTable): string {
  return `${state === 'restored' ? schema : archiveSchema}.${table}${state === 'dropped' ? ' (dropped)' : ''}`
}
