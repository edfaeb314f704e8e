import { literal, type Sql, sql } from '../sql.ts'
import type { Json, Value } from '../value.ts'
import { decimal } from './decimal.ts'
import { type Fit, fitOf } from './step.ts'

const strings = '"(?:[^"\\\\]|\\\\.)*"'
const wellFormed = '\\\\\\\\|\\\\u[dD][89abAB][0-9a-fA-F]{2}\\\\u[dD][c-fC-F][0-9a-fA-F]{2}'
const unfit = '\\\\u(?:0000|[dD][89a-fA-F])'
const tooLong = '[eE][-+]?0*[1-9][0-9]{3,}'

/** json as jsonb. What jsonb cannot hold is refused: the character NUL, half a surrogate pair, numbers of thousands of digits. */
export const jsonbOfJson: Fit = fitOf({
  cast: (value) => sql`(${value})::jsonb`,
  row: (value) => value,
  accepts: {
    sql: (value) => {
      const text = sql`(${value})::text`
      const escapes = sql`regexp_replace(${text}, ${literal(wellFormed)}, '', 'g') !~ ${literal(unfit)}`
      const numbers = sql`regexp_replace(${text}, ${literal(strings)}, '""', 'g') !~ ${literal(tooLong)}`
      return sql`(${escapes} AND ${numbers})`
    },
    row: (value) => isStorable(value),
  },
})

export const jsonOfJsonb: Fit = fitOf({ cast: (value: Sql) => sql`(${value})::json`, row: (value) => value })

function isStorable(value: Value | Json): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0')
  if (typeof value !== 'object' || value === null) return true
  if (JSON.isRawJSON(value)) return value.rawJSON === 'null' || isShort(value.rawJSON)
  return Object.entries(value).every(([key, each]) => isStorable(key) && isStorable(each))
}

function isShort(digits: string): boolean {
  return decimal(digits) !== undefined && !new RegExp(tooLong).test(digits)
}
