import { type ColumnType, isInteger, typeText } from '../column-type.ts'
import { all, literal, type Sql, sql, typeName } from '../sql.ts'
import type { Value } from '../value.ts'
import { compareDecimals, type Decimal, decimal, digitsOf, rescaled, times } from './decimal.ts'
import { exactDigits, exactNumeric, inFloatRange, isInFloatRange } from './exact-float.ts'
import { chain, type Fit, fitOf } from './step.ts'

type Float = ColumnType & { readonly base: 'real' | 'double precision' }

export function isFloat(type: ColumnType): type is Float {
  return type.base === 'real' || type.base === 'double precision'
}

/** Integers and numeric: numbers whose digits are exact. */
export function isFixed(type: ColumnType): boolean {
  return isInteger(type) || type.base === 'numeric'
}

/** How a number is carried as a number of another type. */
export function fitNumber(from: ColumnType, to: ColumnType): Fit | undefined {
  if (isFloat(from) && isFloat(to)) return fitFloats(from, to)
  if (isFloat(from)) return chain(numericOfFloat(from), fitNumber({ base: 'numeric' }, to))
  if (isFloat(to)) return floatOf(from, to)
  return fitFixed(from, to)
}

/** The largest number that a type holds, with as many decimals as it has; undefined for plain numeric. The least is its negative. */
export function largest(type: ColumnType): Decimal | undefined {
  if (type.base === 'smallint') return { units: 2n ** 15n - 1n, scale: 0 }
  if (type.base === 'integer') return { units: 2n ** 31n - 1n, scale: 0 }
  if (type.base === 'bigint') return { units: 2n ** 63n - 1n, scale: 0 }
  return type.size === undefined
    ? undefined
    : { units: 10n ** BigInt(type.size) - 1n, scale: type.scale ?? 0 }
}

/** The least number: integers reach one further down. */
function least(type: ColumnType, most: Decimal): Decimal {
  return isInteger(type) ? { units: -most.units - 1n, scale: 0 } : times(most, -1n)
}

/** TRUE where a number lies within what a type holds. */
export function inRange(value: Sql, type: ColumnType): Sql {
  const most = largest(type)
  if (!most) return sql`TRUE`
  const bounds = [least(type, most), most].map((bound) => sql`${literal(digitsOf(bound))}::numeric`)
  return sql`((${value}) BETWEEN ${bounds[0] ?? sql`NULL`} AND ${bounds[1] ?? sql`NULL`})`
}

/** Row twin of {@link inRange}. */
export function isInRange(value: Decimal, type: ColumnType): boolean {
  const most = largest(type)
  return !most || (compareDecimals(value, least(type, most)) >= 0 && compareDecimals(value, most) <= 0)
}

/** The digits of a number as PostgreSQL spells it in that type. */
export function digitsIn(type: ColumnType, value: Value): string {
  if (isFloat(type)) return exactDigits(Number(value), type.base)
  const text = String(value)
  const scaled =
    type.scale === undefined ? undefined : rescaled(decimal(text) ?? { units: 0n, scale: 0 }, type.scale)
  return decimal(text) && scaled ? digitsOf(scaled) : text
}

/** The value of an exact type behind its digits. */
export function valueOf(type: ColumnType, digits: string): Value {
  if (type.base === 'bigint') return digitsIn({ base: 'numeric', scale: 0 }, digits)
  return isInteger(type) ? Number(digits) : digitsIn(type, digits)
}

function fitFixed(from: ColumnType, to: ColumnType): Fit {
  const convert = { cast: castTo(to), row: (value: Value) => valueOf(to, digitsIn(from, value)) }
  if (holdsAll(from, to)) return fitOf(convert)
  const scale = isInteger(to) ? 0 : (to.scale ?? 0)
  const mayBeNaN = from.base === 'numeric' && to.base === 'numeric'
  return fitOf({
    ...convert,
    accepts: {
      sql: (value) => {
        const cut = from.base === 'numeric' ? [sql`(${value}) = round(${value}, ${literal(scale)})`] : []
        const fits = all([inRange(value, to), ...cut])
        return mayBeNaN ? sql`((${value}) = 'NaN' OR ${fits})` : sql`(${fits})`
      },
      row: (value) => {
        const number = decimal(String(value))
        if (!number) return mayBeNaN && value === 'NaN'
        return isInRange(number, to) && rescaled(number, scale) !== undefined
      },
    },
  })
}

/** Numeric has NaN, which integers have not. */
function holdsAll(from: ColumnType, to: ColumnType): boolean {
  const [most, room] = [largest(from), largest(to)]
  if (to.base === 'numeric' && !room) return true
  if (!most || !room || (from.base === 'numeric' && to.base !== 'numeric')) return false
  return most.scale <= room.scale && isInRange(least(from, most), to) && isInRange(most, to)
}

function numericOfFloat({ base }: Float): Fit {
  return fitOf({
    cast: (value) => exactNumeric(value, base),
    row: (value) => exactDigits(Number(value), base),
  })
}

function floatOf(from: ColumnType, to: Float): Fit {
  const cast = (value: Sql) => sql`(${value})::float8::${typeName(to.base)}`
  const row = (value: Value) => floatOfDigits(String(value), to)
  if (isExactFloat(from, to)) return fitOf({ cast, row })
  return fitOf({
    cast,
    row,
    accepts: {
      sql: (value) => {
        const same = sql`${exactNumeric(cast(value), to.base)} = (${value})`
        return isInteger(from)
          ? same
          : sql`(CASE WHEN ${inFloatRange(value, to.base)} THEN ${same} ELSE FALSE END)`
      },
      row: (value) => {
        const digits = String(value)
        if (!isInFloatRange(digits, to.base)) return false
        const [given, kept] = [decimal(digits), decimal(exactDigits(floatOfDigits(digits, to), to.base))]
        return !given || (!!kept && compareDecimals(given, kept) === 0)
      },
    },
  })
}

/** The nearest float to these digits. */
export function floatOfDigits(digits: string, { base }: Float): number {
  return base === 'real' ? Math.fround(Number(digits)) : Number(digits)
}

/** Decimals of up to 15 digits (6 for real) come back from a float as they were. */
function isExactFloat(from: ColumnType, to: Float): boolean {
  if (isInteger(from)) return from.base === 'smallint' || (from.base === 'integer' && to.base !== 'real')
  const [digits, decimals] = to.base === 'real' ? [6, 30] : [15, 290]
  return from.size !== undefined && from.size <= digits && (from.scale ?? 0) <= decimals
}

function fitFloats(from: Float, to: Float): Fit {
  const convert = { cast: castTo(to), row: (value: Value) => Math.fround(Number(value)) }
  if (from.base === 'real') return fitOf(convert)
  return fitOf({
    ...convert,
    accepts: {
      sql: (value) =>
        sql`((${value}) IN ('NaN', 'Infinity', '-Infinity', 0) OR CASE WHEN abs(${value}) BETWEEN ${leastReal} AND ${mostReal} THEN (${value})::real::float8 = (${value}) ELSE FALSE END)`,
      row: (value) => Number.isNaN(Number(value)) || Math.fround(Number(value)) === Number(value),
    },
  })
}

const leastReal = sql`${literal('1.4e-45')}::float8`
const mostReal = sql`${literal('3.4028234663852886e38')}::float8`

function castTo(type: ColumnType): (value: Sql) => Sql {
  return (value) => sql`(${value})::${typeName(typeText(type))}`
}
