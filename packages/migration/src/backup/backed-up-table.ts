import type { Queryable } from '@changeover/database'
import { tableSql } from '@changeover/mapping'
import { ident, join, type Sql, sql } from '@changeover/mapping/sql'
import type { Migration } from '../define-migration.ts'
import { tablesOf } from '../tables-of.ts'

/** A table as a backup keeps it. Generated columns are left to the database that makes them. */
export interface BackedUpTable {
  readonly schema: string
  readonly name: string
  readonly columns: readonly string[]
  /** Sequences that columns own, with the value that they are to go on from. */
  readonly sequences: readonly { readonly column: string; readonly value: string; readonly called: boolean }[]
}

/** Rows of a table as two numbers that do not depend on their order. */
export interface Contents {
  readonly rows: number
  /** The sum of a 64-bit hash of each row. */
  readonly checksum: string
}

/**
 * The existing tables of a migration on both sides, and every table that they refer to by foreign keys, so that they can be
 * restored into an empty database; each after those it refers to.
 */
export async function tablesToBackUp(
  database: Queryable,
  migration: Migration,
): Promise<readonly BackedUpTable[]> {
  const { rows } = await database.query<{ oid: string; schema: string; name: string; columns: string[] }>(
    `with recursive wanted(oid) as (
       select to_regclass(given)::oid from unnest($1::text[]) as given where to_regclass(given) is not null
       union select c.confrelid from pg_constraint c join wanted w on w.oid = c.conrelid where c.contype = 'f')
     select r.oid::text as oid, n.nspname::text as schema, r.relname::text as name,
            array(select a.attname::text from pg_attribute a where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
              and a.attgenerated = '' order by a.attnum) as columns
       from wanted w join pg_class r on r.oid = w.oid join pg_namespace n on n.oid = r.relnamespace
      where r.relkind in ('r', 'p') order by 2, 3`,
    [tablesOf(migration).map(({ table }) => tableSql(table).text)],
  )
  const tables: (BackedUpTable & { readonly oid: string })[] = []
  for (const each of rows) tables.push({ ...each, sequences: await sequencesOf(database, each) })
  return parentsFirst(tables, await referencesAmong(database, rows))
}

async function sequencesOf(
  database: Queryable,
  { oid, columns }: { readonly oid: string; readonly columns: readonly string[] },
): Promise<BackedUpTable['sequences']> {
  const { rows: owned } = await database.query<{ column: string; sequence: string }>(
    `select name as column, pg_get_serial_sequence($1::oid::regclass::text, name) as sequence from unnest($2::text[]) as name
      where pg_get_serial_sequence($1::oid::regclass::text, name) is not null`,
    [oid, columns],
  )
  const sequences: BackedUpTable['sequences'][number][] = []
  for (const { column, sequence } of owned) {
    // The catalog gives the name quoted where it needs to be.
    const { rows } = await database.query<{ value: string; called: boolean }>(
      `select last_value::text as value, is_called as called from ${sequence}`,
    )
    sequences.push(...rows.map((row) => ({ column, ...row })))
  }
  return sequences
}

async function referencesAmong(
  database: Queryable,
  tables: readonly { readonly oid: string }[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await database.query<{ from: string; to: string }>(
    `select conrelid::text as from, confrelid::text as to from
       (select distinct conrelid::oid, confrelid::oid from pg_constraint where contype = 'f' and conrelid <> confrelid and conrelid = any($1::oid[])) as c`,
    [tables.map(({ oid }) => oid)],
  )
  return new Map(
    [...Map.groupBy(rows, ({ from }) => from)].map(([from, found]) => [from, found.map(({ to }) => to)]),
  )
}

/** Tables that refer to each other in a circle come in the order of their names. */
function parentsFirst(
  tables: readonly (BackedUpTable & { readonly oid: string })[],
  references: ReadonlyMap<string, readonly string[]>,
): readonly BackedUpTable[] {
  const byOid = new Map(tables.map((table) => [table.oid, table]))
  const ordered = new Set<string>()
  const open = new Set<string>()
  const visit = (oid: string) => {
    if (ordered.has(oid) || open.has(oid)) return
    open.add(oid)
    for (const other of references.get(oid) ?? []) visit(other)
    ordered.add(oid)
  }
  for (const { oid } of tables) visit(oid)
  return [...ordered].flatMap((oid) => {
    const found = byOid.get(oid)
    if (!found) return []
    const { schema, name, columns, sequences } = found
    return [{ schema, name, columns, sequences }]
  })
}

/** The statement's name of a table. */
export function nameSql({ schema, name }: Pick<BackedUpTable, 'schema' | 'name'>): Sql {
  return ident(schema, name)
}

/** The columns of a table, as a list. */
export function columnsSql({ columns }: Pick<BackedUpTable, 'columns'>): Sql {
  return join(columns.map((column) => ident(column)))
}

/** Counts and sums up the rows of a table. Cost: one scan. */
export async function contentsOf(database: Queryable, table: BackedUpTable): Promise<Contents> {
  const texts = join(table.columns.map((column) => sql`${ident('r', column)}::text`))
  const { rows } = await database.query<{ rows: string; checksum: string }>(
    sql`SELECT count(*)::text AS rows, coalesce(sum(hashtextextended(ROW(${texts})::text COLLATE "C", 0)), 0)::text AS checksum FROM ${nameSql(table)} AS r`
      .text,
  )
  return { rows: Number(rows[0]?.rows), checksum: rows[0]?.checksum ?? '' }
}

/** Settings under which every value has one text, and hidden rows are an error instead of a gap. */
export const exactly = `set local datestyle = 'ISO, YMD'; set local timezone = 'UTC'; set local intervalstyle = 'postgres';
  set local extra_float_digits = 1; set local bytea_output = 'hex'; set local row_security = off`
