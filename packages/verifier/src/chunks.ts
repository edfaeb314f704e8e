import type { Queryable } from '@changeover/database'
import { type Mapping, scopeSql, type Table, tableSql } from '@changeover/mapping'
import { ident, join, sql } from '@changeover/mapping/sql'
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
const orphanFactor = 4

/**
 * Divides both sides of a mapping into chunks that together cover every key there is or will be: the first and the last are
 * open, so that nothing falls between, before or behind them.
 *
 * Cost: one scan of each side's key index.
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
export function chunksBetween(mapping: string, part: Part, keys: readonly Key[]): readonly Chunk[] {
  return [...keys, null].map((upTo, number) => ({
    mapping,
    part,
    number,
    after: keys[number - 1] ?? null,
    upTo,
  }))
}

async function boundaries(database: Queryable, table: Table, rows: number): Promise<readonly Key[]> {
  const key = keyColumns(table, 'x')
  const names = key.map((_column, index) => ident(`k${index}`))
  const columns = join(key.map((column, index) => sql`${column}::text AS ${names[index] ?? sql``}`))
  const numbered = sql`SELECT ${columns}, row_number() OVER (ORDER BY ${join(key)}) AS n
    FROM ${tableSql(table)} AS x WHERE ${scopeSql(table, 'x')}`
  const { rows: found } = await database.query<Record<string, string>>(
    sql`SELECT ${join(names)} FROM (${numbered}) AS numbered WHERE n % $1::int = 0 ORDER BY n`.text,
    [rows],
  )
  return found.map((row) => key.map((_column, index) => row[`k${index}`] ?? ''))
}
