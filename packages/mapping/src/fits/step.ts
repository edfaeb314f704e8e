import { type Sql, sql } from '../sql.ts'
import type { Value } from '../value.ts'

/** How a value of one type is carried in another. */
export interface Fit {
  /** The value in the other type; NULL where it is not accepted. Never raises an error. */
  sql(value: Sql): Sql
  /** Row twin of `sql`. */
  row(value: Value): Value
  /** Present exactly where some values do not survive. NULL is accepted; never NULL itself. */
  readonly accepts?: { sql(value: Sql): Sql; row(value: Value): boolean }
}

/** A conversion without care for NULL. `cast` may raise an error for what `accepts` refuses. */
export interface Step {
  readonly cast: (value: Sql) => Sql
  readonly row: (value: NonNullable<Value>) => Value
  readonly accepts?: {
    readonly sql: (value: Sql) => Sql
    readonly row: (value: NonNullable<Value>) => boolean
  }
}

export const identity: Fit = Object.freeze({ sql: (value: Sql) => value, row: (value: Value) => value })

/** Completes a conversion: NULL stays NULL, and what is not accepted becomes NULL. */
export function fitOf({ cast, row, accepts }: Step): Fit {
  if (!accepts)
    return Object.freeze({ sql: cast, row: (value) => (value === null ? null : row(value)) } satisfies Fit)
  return Object.freeze({
    sql: (value) => sql`(CASE WHEN ${accepts.sql(value)} THEN ${cast(value)} END)`,
    row: (value) => (value === null || !accepts.row(value) ? null : row(value)),
    accepts: {
      sql: (value) => sql`((${value}) IS NULL OR ${accepts.sql(value)})`,
      row: (value) => value === null || accepts.row(value),
    },
  } satisfies Fit)
}

/** One conversion after the other. */
export function chain(first: Fit | undefined, second: Fit | undefined): Fit | undefined {
  if (!first || !second) return undefined
  const both = [first.accepts, second.accepts]
  return Object.freeze({
    sql: (value) => second.sql(first.sql(value)),
    row: (value) => second.row(first.row(value)),
    ...(both.some((each) => each)
      ? {
          accepts: {
            sql: (value: Sql) =>
              sql`(${first.accepts?.sql(value) ?? sql`TRUE`} AND ${second.accepts?.sql(first.sql(value)) ?? sql`TRUE`})`,
            row: (value: Value) =>
              (first.accepts?.row(value) ?? true) && (second.accepts?.row(first.row(value)) ?? true),
          },
        }
      : {}),
  } satisfies Fit)
}

/** TRUE where the text matches a pattern that PostgreSQL and JavaScript read alike, whatever the collation. */
export function matches(value: Sql, pattern: Sql): Sql {
  return sql`(${value}) COLLATE "C" ~ ${pattern}`
}
