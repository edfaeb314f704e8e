import { encode } from '../codec.ts'
import type { ColumnType } from '../column-type.ts'
import type { Row } from '../rule.ts'
import { fit } from '../fit.ts'
import { ident, join, literal, type Sql, sql, typeName } from '../sql.ts'
import type { Value } from '../value.ts'

/** One column of generated rows: its name in SQL, its type, and the text of its value in each row. */
export interface SourceColumn {
  readonly name: string
  readonly type: string
}

/**
 * Rows handed to PostgreSQL as one parameter ($1), which every driver can pass: a JSON list of lists of texts.
 * Shape: `s` with the row number `n` and the list `r`; {@link columnsOf} makes typed columns of it.
 */
export const rowSource = sql`json_array_elements($1::json) WITH ORDINALITY AS s (r, n)`

/** A subquery of typed columns over {@link rowSource}, the first at that position of the list. */
export function columnsOf(columns: readonly SourceColumn[], alias: string, offset = 0): Sql {
  const typed = columns.map(
    ({ name, type }, index) => sql`(s.r ->> ${literal(offset + index)})::${typeName(type)} AS ${ident(name)}`,
  )
  const list = typed.length === 0 ? sql`NULL` : join(typed)
  return sql`CROSS JOIN LATERAL (SELECT ${list} OFFSET 0) AS ${ident(alias)}`
}

/** The parameter of {@link rowSource}. */
export function rowsParam(rows: readonly (readonly (string | null)[])[]): string {
  return JSON.stringify(rows)
}

/** The texts of some fields of a row. */
export function textsOf(
  row: Row,
  fields: readonly { readonly name: string; readonly type: ColumnType }[],
): readonly (string | null)[] {
  return fields.map(({ name, type }) => textOf(type, row[name] ?? null))
}

export function textOf(type: ColumnType, value: Value): string | null {
  return encode(type, value)
}

/** Two values of a type are different, by its own equality. json has none: it is compared as jsonb where that can hold it. */
export function differsIn(type: ColumnType, left: Sql, right: Sql): Sql {
  if (type.base !== 'json') return sql`((${left}) IS DISTINCT FROM (${right}))`
  const asJsonb = fit(type, { base: 'jsonb' })?.accepts
  const both = asJsonb ? sql`${asJsonb.sql(left)} AND ${asJsonb.sql(right)}` : sql`TRUE`
  return sql`(CASE WHEN ${both} THEN (${left})::jsonb IS DISTINCT FROM (${right})::jsonb ELSE (${left})::text IS DISTINCT FROM (${right})::text END)`
}

/** The type without its size, so that a cast of an expected value cuts nothing. */
export function unsized(type: ColumnType): string {
  return type.base === 'char' ? 'bpchar' : type.base
}
