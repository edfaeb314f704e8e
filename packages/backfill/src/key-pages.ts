import type { Queryable } from '@changeover/database'
import type { Mapping } from '@changeover/mapping'
import { all, ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { type Key, keyNames, legacySide, parameter, rangeConditions } from '@changeover/sync'

/** Legacy keys after one (exclusive) up to one (inclusive). */
export interface Span {
  readonly after: Key | undefined
  readonly upTo: Key | undefined
}

/** The last key of the next rows of a span, and how many rows they are; none where the span has no row. */
export interface Page {
  readonly last: Key
  readonly rows: number
}

/**
 * Finds the end of the next batch. A batch is a range between two keys, not a list of rows: what appears in it or changes its
 * key meanwhile belongs to the batch or to another one, but is never skipped.
 *
 * Cost: an index scan of so many keys; no locks.
 */
export async function readPage(
  queryable: Queryable,
  mapping: Mapping,
  span: Span,
  limitRows: number,
): Promise<Page | undefined> {
  const { from, conditions, next } = rowsOf(mapping, span)
  const keys = join(from.legacyKey.map((key, index) => sql`${key} AS ${keyName(mapping, index)}`))
  const descending = join(from.legacyKey.map((_key, index) => sql`page.${keyName(mapping, index)} DESC`))
  const statement = sql`SELECT (count(*) OVER ())::int AS rows, ${keyTexts(mapping, 'page')} FROM (
    SELECT ${keys} FROM ${from.name} AS l WHERE ${conditions} ORDER BY ${join(from.legacyKey)} LIMIT ${parameter(next)}::int) AS page
    ORDER BY ${descending} LIMIT 1`
  const { rows } = await queryable.query(statement.text, [...parametersOf(span), limitRows])
  const [row] = rows
  return row && { last: keyOf(mapping, row), rows: Number(row['rows']) }
}

/** The greatest legacy key; none for an empty table. Cost: one probe of the key's index. */
export async function readLastKey(queryable: Queryable, mapping: Mapping): Promise<Key | undefined> {
  const { from, conditions } = rowsOf(mapping, { after: undefined, upTo: undefined })
  const texts = from.legacyKey.map((key, index) => sql`${key}::text AS ${keyName(mapping, index)}`)
  const descending = join(from.legacyKey.map((key) => sql`${key} DESC`))
  const statement = sql`SELECT ${join(texts)} FROM ${from.name} AS l WHERE ${conditions} ORDER BY ${descending} LIMIT 1`
  const { rows } = await queryable.query(statement.text)
  return rows[0] && keyOf(mapping, rows[0])
}

// Up to so many rows are counted, more are estimated.
const countedRows = 50_000

/**
 * How many rows a span has: exact up to 50,000, beyond that what the planner's statistics say of that range of keys.
 *
 * Cost: an index scan of at most 50,000 keys.
 */
export async function estimateRows(queryable: Queryable, mapping: Mapping, span: Span): Promise<number> {
  const { from, conditions } = rowsOf(mapping, span)
  const matching = sql`SELECT 1 FROM ${from.name} AS l WHERE ${conditions}`
  const few = sql`SELECT count(*)::int AS rows FROM (${matching} LIMIT ${literal(countedRows)}) AS few`
  const counted = await queryable.query<{ rows: number }>(few.text, parametersOf(span))
  const exact = counted.rows[0]?.rows ?? 0
  if (exact < countedRows) return exact
  const plan = await queryable.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${matching.text}`, parametersOf(span))
  const planned = Number(/ rows=(\d+)/.exec(plan.rows[0]?.['QUERY PLAN'] ?? '')?.[1] ?? 0)
  return Math.max(countedRows, planned)
}

function rowsOf(mapping: Mapping, span: Span) {
  const from = legacySide(mapping)
  const shape = { after: span.after !== undefined, upTo: span.upTo !== undefined }
  const { conditions, next } = rangeConditions(mapping, from.legacyKey, shape)
  return { from, conditions: all([from.scope, ...conditions]), next }
}

function parametersOf({ after, upTo }: Span): readonly string[] {
  return [...(after ?? []), ...(upTo ?? [])]
}

function keyTexts(mapping: Mapping, alias: string): Sql {
  return join(keyNames(mapping).map((name) => sql`${ident(alias, name)}::text AS ${ident(name)}`))
}

function keyName(mapping: Mapping, index: number): Sql {
  return ident(keyNames(mapping)[index] ?? '')
}

function keyOf(mapping: Mapping, row: Readonly<Record<string, unknown>>): Key {
  return keyNames(mapping).map((name) => String(row[name]))
}
