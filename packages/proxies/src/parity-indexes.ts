import { type Database, type Queryable, runDdl } from '@changeover/database'
import { tableSql } from '@changeover/mapping'
import { indexedTables, type IndexParity, indexParity, parityMark } from './index-parity.ts'
import type { ProxySet } from './proxy.ts'

/** An index that was made for a view: its table, its name, its name with a schema where that is needed, its definition. */
export interface ParityIndex {
  readonly table: string
  readonly name: string
  readonly path: string
  readonly create: string
}

/**
 * Makes the indexes that legacy queries need on the views and the target lacks; tells what has become of each.
 *
 * Cost: each missing index, concurrently, and an ANALYZE of its table, without which the planner knows nothing of expressions.
 * Errors: DATABASE.*.
 */
export async function makeParityIndexes(database: Database, set: ProxySet): Promise<readonly IndexParity[]> {
  const indexes = await indexParity(database, set)
  const missing = indexes.flatMap((each) => (each.state === 'missing' ? [each] : []))
  await runDdl(
    database,
    missing.flatMap(({ create, comment }) => [{ text: create, concurrently: true }, comment]),
  )
  if (missing.length > 0) for (const table of indexedTables(set)) await database.query(`ANALYZE ${table}`)
  return indexes
}

/** Takes away what {@link makeParityIndexes} made, without blocking anybody. */
export async function dropParityIndexes(database: Database, set: ProxySet): Promise<void> {
  const made = await parityIndexes(database, set)
  await runDdl(
    database,
    made.map(({ path }) => ({ text: `DROP INDEX CONCURRENTLY IF EXISTS ${path}`, concurrently: true })),
  )
}

/** The indexes that {@link makeParityIndexes} made. Cost: one statement on the catalog. */
export async function parityIndexes(queryable: Queryable, set: ProxySet): Promise<readonly ParityIndex[]> {
  const { rows } = await queryable.query<{ table: string; name: string; path: string; create: string }>(
    madeIndexes,
    [indexedTables(set), parityMark],
  )
  return rows
}

/** The definitions of the legacy tables' indexes, which the views are to match. Cost: one statement on the catalog. */
export async function legacyIndexes(queryable: Queryable, { proxies }: ProxySet): Promise<readonly string[]> {
  const tables = proxies.map(
    ({ mapping, links }) => tableSql(links ? links.legacy.table : mapping.legacy).text,
  )
  const { rows } = await queryable.query<{ definition: string }>(definitions, [tables])
  return rows.map(({ definition }) => definition)
}

const madeIndexes = `SELECT t.relname::text AS table, c.relname::text AS name, c.oid::regclass::text AS path, pg_get_indexdef(c.oid) AS create
  FROM unnest($1::text[]) AS indexed JOIN pg_index AS i ON i.indrelid = to_regclass(indexed) AND i.indisvalid
  JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_class AS t ON t.oid = i.indrelid
  WHERE obj_description(c.oid, 'pg_class') = $2 ORDER BY 3`

const definitions = `SELECT pg_get_indexdef(i.indexrelid) AS definition FROM unnest($1::text[]) AS indexed
  JOIN pg_index AS i ON i.indrelid = to_regclass(indexed) AND i.indisvalid ORDER BY 1`
