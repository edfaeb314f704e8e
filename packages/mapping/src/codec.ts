import type { ColumnType } from './column-type.ts'
import { exactNumeric } from './fits/exact-float.ts'
import { jsonNull } from './json-null.ts'
import { literal, type Sql, sql } from './sql.ts'
import type { Json, Value } from './value.ts'

/** The text that PostgreSQL reads as this value; null for NULL. */
export function encode(type: ColumnType, value: Value): string | null {
  if (value === null) return null
  if (type.base === 'json' || type.base === 'jsonb') return JSON.stringify(value)
  return Object.is(value, -0) ? '-0' : String(value)
}

/** The value behind the text that {@link wireSql} gives, or that `expr::text` gives in a session in UTC with DateStyle ISO. */
export function decode(type: ColumnType, text: string | null): Value {
  if (text === null) return null
  switch (type.base) {
    case 'smallint':
    case 'integer':
    case 'double precision':
      return Number(text)
    case 'real':
      return Math.fround(Number(text))
    case 'boolean':
      return text === 'true' || text === 't'
    case 'char':
      return text.replace(/ +$/, '')
    case 'json':
    case 'jsonb':
      return parseJson(text) ?? jsonNull
    case 'bigint':
    case 'numeric':
    case 'text':
    case 'varchar':
    case 'uuid':
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return text
  }
}

/** JSON whose numbers stay exact: one that JavaScript would change is kept as `JSON.rawJSON`. */
function parseJson(text: string): Json {
  return JSON.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? JSON.rawJSON(source)
      : value,
  ) as Json // what JSON.parse gives is JSON
}

/** The digits of a number as JSON: a number where JavaScript spells it the same, otherwise `JSON.rawJSON`. */
export function jsonNumber(digits: string): Json {
  const value = Number(digits)
  return String(value) === digits ? value : JSON.rawJSON(digits)
}

/** The value as text that does not depend on the session's TimeZone, DateStyle or extra_float_digits. {@link decode} reads it. */
export function wireSql(value: Sql, type: ColumnType): Sql {
  switch (type.base) {
    case 'real':
    case 'double precision':
      return sql`${exactNumeric(value, type.base)}::text`
    case 'date':
      return sql`(to_jsonb(${value}) #>> '{}')`
    case 'timestamp':
      return sql`replace(to_jsonb(${value}) #>> '{}', 'T', ' ')`
    case 'timestamptz':
      return withOffset(sql`replace(to_jsonb((${value}) AT TIME ZONE 'UTC') #>> '{}', 'T', ' ')`, '+00')
    default:
      return sql`(${value})::text`
  }
}

/** Puts an offset behind the time and before ` BC`; infinity has none. */
export function withOffset(text: Sql, offset: string): Sql {
  return sql`regexp_replace(${text}, '([0-9])( BC)?$', ${literal(`\\1${offset}\\2`)})`
}
