import { compileRules } from './compile.ts'
import { keyText } from './key-text.ts'
import type { Mapping } from './mapping.ts'
import { scopeSql, tableSql } from './scope.ts'
import { ident, join, literal, type Sql, sql } from './sql.ts'
import { fieldNamed } from './table.ts'
import { twinsAssumed } from './twins-assumed.ts'

/** How to ask for the rows that one rule refuses, by the values that it reads. */
export interface RefusedRows {
  readonly rule: string
  /** The legacy fields whose values are told, in this order. */
  readonly fields: readonly string[]
  /** The reasons, each the end of a sentence about the row. */
  readonly reasons: readonly string[]
  /**
   * Shape: rows of `reason` (int4, an index into `reasons`), `values` (text[], with nulls), `count` (text), and of the whole reason
   * `total` (text) and `key` (text, the smallest); the most frequent first, of each reason at most so many. Cost: one scan of
   * the legacy table.
   */
  readonly query: Sql
}

/** For each rule, in their order: how to ask for what it refuses on the way forward. */
export function refusedRows(mapping: Mapping, mostValues: number): readonly RefusedRows[] {
  const { legacy } = mapping
  const frame = { legacy: 'l', target: 't', scope: twinsAssumed(mapping) }
  return compileRules(mapping, 'forward', frame).map(({ resolved, refusals }) => {
    const { reads } = resolved.shape
    const whens = refusals.map(({ when }, index) => sql`WHEN ${when} THEN ${literal(index)}`)
    const reason = whens.length === 0 ? sql`NULL::int` : sql`CASE ${join(whens, ' ')} END`
    const values = reads.map((name) => sql`${ident('l', fieldNamed(legacy, name).column)}::text`)
    return {
      rule: resolved.label,
      fields: reads,
      reasons: refusals.map(({ why }) => why),
      query: sql`SELECT reason, "values", count::text AS count, total::text AS total, key FROM (
  SELECT reason, "values", count(*) AS count, sum(count(*)) OVER (PARTITION BY reason) AS total, min(min(key COLLATE "C")) OVER (PARTITION BY reason) AS key,
    row_number() OVER (PARTITION BY reason ORDER BY count(*) DESC, "values") AS place
  FROM (SELECT ${reason} AS reason, ARRAY[${join(values)}]::text[] AS "values", ${keyText(mapping)} AS key FROM ${tableSql(legacy)} AS l WHERE ${scopeSql(legacy, 'l')}) AS r
  WHERE reason IS NOT NULL GROUP BY reason, "values") AS ranked
WHERE place <= ${literal(mostValues)} ORDER BY reason, place`,
    }
  })
}
