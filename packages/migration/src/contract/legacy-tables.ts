import type { Queryable } from '@changeover/database'
import { isInPlace, type Table, tableSql } from '@changeover/mapping'
import type { Migration } from '../define-migration.ts'
import { errors } from '../errors.ts'

/** A table as the catalog knows it. */
export interface TableName {
  readonly schema: string
  readonly table: string
}

/**
 * The names of the legacy tables and their link tables, as the mappings write them in SQL; of a view, those behind it that the target
 * does not use. Of a table in place only columns are legacy: {@link legacyColumns}.
 */
export function legacyTableNames({ mappings }: Migration): readonly string[] {
  const tables = mappings.flatMap((mapping) => [
    ...(isInPlace(mapping) ? [] : ownTables(mapping.legacy)),
    ...mapping.links.map((each) => each.legacy.table),
  ])
  return namesOf(tables)
}

/** The names of the views that the mappings read legacy by. */
export function legacyViewNames({ mappings }: Migration): readonly string[] {
  return namesOf(mappings.flatMap(({ legacy }) => (legacy.madeOf ? [legacy] : [])))
}

/**
 * The legacy tables that are still at their place. One that another mapping has as its target cannot be archived.
 *
 * Errors: MIGRATION.CONTRACT_SHARED.
 */
export async function legacyTablesIn(
  database: Queryable,
  migration: Migration,
): Promise<readonly TableName[]> {
  const { mappings } = migration
  const targets = new Set(
    namesOf(mappings.flatMap(({ target, links }) => [target, ...links.map((each) => each.target.table)])),
  )
  const names = legacyTableNames(migration)
  const shared = names.find((name) => targets.has(name))
  if (shared !== undefined) throw errors.CONTRACT_SHARED({ migration: migration.name, table: shared })
  const { rows } = await database.query<TableName>(
    `select n.nspname::text as schema, c.relname::text as table from unnest($1::text[]) with ordinality as given(name, place)
      join pg_class c on c.oid = to_regclass(given.name) and c.relkind in ('r', 'p') join pg_namespace n on n.oid = c.relnamespace order by place`,
    [names],
  )
  return rows
}

function ownTables(legacy: Table): readonly Table[] {
  return legacy.madeOf?.filter(({ shared }) => shared !== true).map(({ table }) => table) ?? [legacy]
}

function namesOf(tables: readonly Table[]): readonly string[] {
  return [...new Set(tables.map((table) => tableSql(table).text))]
}
