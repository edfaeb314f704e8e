import type { Queryable } from '@changeover/database'
import { type Mapping, scopeSql, type Table, tableSql } from '@changeover/mapping'
import { ident, join, literal, sql } from '@changeover/mapping/sql'
import type { Key } from '@changeover/sync'
import { keyColumns } from './selection.ts'

/** rows: legacy rows with their target rows. orphans: target rows that may have no legacy row. */
export type Part = 'rows' | 'orphans'

/** A key range of one side of a mapping, read by one statement. */
export interface Chunk {
  readonly mapping: string
  readonly part: Part
  /** From 0, without gaps, in key order. */
  readonly number: number
  /** Exclusive; null for the first chunk, which begins before every key. */
  readonly after: Key | null
  /** Inclusive; null for the last chunk, which ends after every key. */
  readonly upTo: Key | null
}

/** Target rows are only sought in an index, not compared: their chunks can be larger. */
const orphanFactor = 10

/** From here on boundaries are guessed from a sample, since the exact ones would cost a scan of the whole table. */
const largeRows = 200_000

/** Rows of the sample for each chunk, at least: enough for chunks of about the same size. */
const sampledRows = 400

/**
 * Divides both sides of a mapping into chunks that together cover every key there is or will be: the first and the last are
 * open, so that nothing falls between, before or behind them.
 *
 * Cost: one scan of each side's key index, or of a sample of a large table.
 */
export async function planChunks(
  database: Queryable,
  mapping: Mapping,
  chunkRows: number,
): Promise<readonly Chunk[]> {
  const rows = await boundaries(database, mapping.legacy, chunkRows)
  const orphans = await boundaries(database, mapping.target, chunkRows * orphanFactor)
  return [...chunksBetween(mapping.name, 'rows', rows), ...chunksBetween(mapping.name, 'orphans', orphans)]
}

/** The chunks that these keys, in order, divide a side into: one more than there are keys. */
function chunksBetween(mapping: string, part: Part, keys: readonly Key[]): readonly Chunk[] {
  return [...keys, null].map((upTo, number) => ({
    mapping,
    part,
    number,
    after: keys[number - 1] ?? null,
    upTo,
  }))
}

async function boundaries(database: Queryable, table: Table, chunkRows: number): Promise<readonly Key[]> {
  const key = keyColumns(table, 'x')
  const percent = await samplePercent(database, table, chunkRows)
  const sample = percent === undefined ? sql`` : sql` TABLESAMPLE SYSTEM (${literal(percent)})`
  const every = percent === undefined ? chunkRows : Math.ceil((chunkRows * percent) / 100)
  const names = key.map((_column, index) => ident(`k${index}`))
  const columns = join(key.map((column, index) => sql`${column} AS ${names[index] ?? sql``}`))
  const numbered = sql`SELECT ${columns}, row_number() OVER (ORDER BY ${join(key)}) AS n
    FROM ${tableSql(table)} AS x${sample} WHERE ${scopeSql(table, 'x')}`
  const texts = join(names.map((name) => sql`${name}::text AS ${name}`))
  const { rows } = await database.query<Record<string, string>>(
    sql`SELECT ${texts} FROM (${numbered}) AS numbered WHERE n % $1::int = 0 ORDER BY n`.text,
    [every],
  )
  return rows.map((row) => key.map((_column, index) => row[`k${index}`] ?? ''))
}

/** How much of a table to look at; undefined for all of it. Only ordinary tables can be sampled. */
async function samplePercent(
  database: Queryable,
  table: Table,
  chunkRows: number,
): Promise<number | undefined> {
  const { rows } = await database.query<{ rows: number }>(
    `SELECT reltuples::float8 AS rows FROM pg_class WHERE oid = to_regclass($1) AND relkind IN ('r', 'm')`,
    [tableSql(table).text],
  )
  if ((rows[0]?.rows ?? 0) < largeRows) return undefined
  return Math.min(100, Math.max(1, (100 * sampledRows) / chunkRows))
}
