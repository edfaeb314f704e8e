import { jsonNumber, withOffset } from './codec.ts'
import { type ColumnType, isJson, isText, typeText } from './column-type.ts'
import { fit } from './fit.ts'
import { decimal, digitsOf } from './fits/decimal.ts'
import { exactDigits, exactNumeric, inFloatRange, isInFloatRange } from './fits/exact-float.ts'
import { loose, usual } from './fits/iso.ts'
import { digitsIn, floatOfDigits, isFixed, isFloat } from './fits/numbers.ts'
import { matches } from './fits/step.ts'
import { stampInUtc } from './fits/stamp-in-utc.ts'
import { isJsonNull, jsonNull } from './json-null.ts'
import { literal, type Sql, sql, typeName } from './sql.ts'
import type { Json, Value } from './value.ts'

const numeric: ColumnType = { base: 'numeric' }
const text: ColumnType = { base: 'text' }

/** The value as jsonb; SQL NULL, which means an absent key, for NULL. Does not depend on any session setting. */
export function toJsonSql(value: Sql, type: ColumnType): Sql {
  return isJson(type) ? jsonValueSql(value, type) : sql`to_jsonb(${jsonValueSql(value, type)})`
}

/** The value of which to_jsonb, and so jsonb_build_object, makes the form that is stored. */
export function jsonValueSql(value: Sql, type: ColumnType): Sql {
  if (type.base === 'json') return fit(type, { base: 'jsonb' })?.sql(value) ?? sql`NULL`
  if (isFloat(type)) return exactNumeric(value, type.base)
  if (type.base === 'char' || type.base === 'varchar') return sql`(${value})::text`
  if (type.base !== 'timestamptz') return value
  return withOffset(sql`to_jsonb((${value}) AT TIME ZONE 'UTC') #>> '{}'`, '+00:00')
}

/** The value behind a jsonb, or NULL: for SQL NULL, and for JSON of another shape. Never raises an error. */
export function fromJsonSql(json: Sql, type: ColumnType): Sql {
  if (type.base === 'jsonb') return json
  if (type.base === 'json') return sql`(${json})::json`
  const inner = sql`((${json}) #>> '{}')`
  const shaped = (shape: string, value: Sql) =>
    sql`(CASE WHEN jsonb_typeof(${json}) = ${literal(shape)} THEN ${value} END)`
  if (type.base === 'boolean') return shaped('boolean', sql`(${json})::boolean`)
  if (isText(type)) return shaped('string', fit(text, type)?.sql(inner) ?? inner)
  if (isFixed(type) || isFloat(type)) {
    const cast = (digits: Sql) =>
      isFloat(type) ? nearestFloat(digits, type) : (fit(numeric, type)?.sql(digits) ?? digits)
    const special = sql`${inner} COLLATE "C" IN ('NaN', 'Infinity', '-Infinity')`
    const either = sql`(CASE jsonb_typeof(${json}) WHEN 'number' THEN TRUE WHEN 'string' THEN ${special} END)`
    return sql`(CASE WHEN ${either} THEN ${cast(sql`${inner}::numeric`)} END)`
  }
  const cast = sql`${inner}::${typeName(typeText(type))}`
  return shaped('string', sql`CASE WHEN ${isSpelled(inner, type)} THEN ${cast} END`)
}

/** Row twin of {@link toJsonSql}. Undefined is an absent key. */
export function toJsonRow(value: Value, type: ColumnType): Json | undefined {
  if (value === null) return undefined
  if (type.base === 'json' && !(fit(type, { base: 'jsonb' })?.accepts?.row(value) ?? true)) return undefined
  if (type.base === 'json' || type.base === 'jsonb') return isJsonNull(value) ? null : value
  if (isFloat(type)) return jsonDigits(exactDigits(Number(value), type.base))
  if (isFixed(type)) return jsonDigits(digitsIn(type, value))
  if (type.base === 'timestamp') return String(value).replace(/(\d) /, '$1T')
  if (type.base === 'timestamptz') return String(value).replace(/(\d) /, '$1T').replace('+00', '+00:00')
  return type.base === 'char' ? String(value).replace(/ +$/, '') : value
}

/** Row twin of {@link fromJsonSql}. */
export function fromJsonRow(json: Json | undefined, type: ColumnType): Value {
  if (json === undefined) return null
  if (type.base === 'json' || type.base === 'jsonb') return json ?? jsonNull
  if (type.base === 'boolean') return typeof json === 'boolean' ? json : null
  if (isFixed(type) || isFloat(type)) return numberOf(json, type)
  if (typeof json !== 'string') return null
  if (isText(type)) {
    const fits = fit(text, type)
    return fits ? fits.row(json) : json
  }
  return isSpelledRow(json, type) ? spelled(json, type) : null
}

function jsonDigits(digits: string): Json {
  return decimal(digits) ? jsonNumber(digits) : digits
}

function numberOf(json: Json, type: ColumnType): Value {
  const digits = digitsOfJson(json)
  if (digits === undefined) return null
  if (isFloat(type)) return isInFloatRange(digits, type.base) ? floatOfDigits(digits, type) : null
  const fits = fit(numeric, type)
  return fits ? fits.row(digits) : digits
}

/** The digits as jsonb has them: without an exponent. */
function digitsOfJson(json: Json): string | undefined {
  if (typeof json === 'string') return /^(?:NaN|-?Infinity)$/.test(json) ? json : undefined
  const source = JSON.isRawJSON(json) ? json.rawJSON : typeof json === 'number' ? String(json) : ''
  const number = decimal(source)
  return number && digitsOf(number)
}

function nearestFloat(digits: Sql, type: ColumnType & { readonly base: 'real' | 'double precision' }): Sql {
  return sql`CASE WHEN ${inFloatRange(digits, type.base)} THEN (${digits})::float8::${typeName(type.base)} END`
}

const uuid = '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$'

function patternOf({ base }: ColumnType): string {
  return base === 'date' || base === 'time' || base === 'timestamp' || base === 'timestamptz'
    ? loose[base]
    : uuid
}

const compiled = new Map<string, RegExp>()

function isSpelledRow(value: string, type: ColumnType): boolean {
  const pattern = patternOf(type)
  const known = compiled.get(pattern) ?? new RegExp(pattern)
  compiled.set(pattern, known)
  return known.test(value)
}

/** Whether the text matches the pattern of its type, where most texts do so at a glance. */
function isSpelled(value: Sql, type: ColumnType): Sql {
  const { base } = type
  const whole = matches(value, literal(patternOf(type)))
  if (base !== 'date' && base !== 'timestamp' && base !== 'timestamptz') return whole
  return sql`(${matches(value, literal(usual[base]))} OR ${whole})`
}

/** The spelling of PostgreSQL for a text that the pattern of its type lets through. */
function spelled(json: string, { base }: ColumnType): string {
  if (base === 'uuid') return json.toLowerCase()
  return base === 'date' ? json : stampInUtc(json)
}
