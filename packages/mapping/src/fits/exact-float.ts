import { literal, type Sql, sql } from '../sql.ts'
import { compareDecimals, type Decimal, decimal, digitsOf, sum, times } from './decimal.ts'

type Float = 'real' | 'double precision'

/**
 * A float as a numeric that gives back the same float. A plain `::numeric` keeps 15 digits (6 of a real), and text depends
 * on extra_float_digits; where 15 are too few, the remainder is added: 0.1 is 0.1, 0.1 + 0.2 has some thirty digits.
 */
export function exactNumeric(value: Sql, base: Float): Sql {
  const v = sql`(${value})`
  if (base === 'real')
    return sql`(CASE WHEN ${v}::numeric::real = ${v} THEN ${v}::numeric ELSE ${v}::float8::numeric END)`
  const whole = (part: Sql) => sql`(${part}::numeric + (${part} - ${part}::numeric::float8)::numeric)`
  const huge = sql`abs(${v}) BETWEEN 1e308 AND ${maxDouble}::float8`
  return sql`(CASE WHEN ${huge} THEN ${whole(sql`(${v} / 1024)`)} * 1024 WHEN ${v}::numeric::float8 = ${v} THEN ${v}::numeric ELSE ${whole(v)} END)`
}

/** Row twin of {@link exactNumeric}: the digits. */
export function exactDigits(value: number, base: Float): string {
  if (!Number.isFinite(value)) return String(value)
  if (base === 'real') {
    const short = precise(value, 6)
    return digitsOf(Math.fround(numberOf(short)) === value ? short : precise(value, 15))
  }
  if (Math.abs(value) >= 1e308) return digitsOf(times(wholeOf(value / 1024), 1024n))
  const short = precise(value, 15)
  return digitsOf(numberOf(short) === value ? short : wholeOf(value))
}

const maxDouble = literal(String(Number.MAX_VALUE))

function wholeOf(value: number): Decimal {
  const head = precise(value, 15)
  return sum(head, precise(value - numberOf(head), 15))
}

/** That many significant digits, without zeros at the end. A tie goes to the even digit, as C's printf has it. */
function precise(value: number, digits: number): Decimal {
  const [mantissa = '', exponent = ''] = value.toExponential(digits - 1).split('e')
  const [exact = ''] = value.toExponential(60).split('e')
  const isTie = /^5(0)*$/.test(exact.replace(/[-.]/g, '').slice(digits))
  const units = BigInt(mantissa.replace('.', ''))
  const even = isTie && units % 2n !== 0n ? units - (value < 0 ? -1n : 1n) : units
  return trimmed(even, digits - 1 - Number(exponent))
}

function trimmed(units: bigint, scale: number): Decimal {
  if (scale < 0) return { units: units * 10n ** BigInt(-scale), scale: 0 }
  const zeros = /0*$/.exec(String(units))?.[0].length ?? 0
  const drop = units === 0n ? scale : Math.min(zeros, scale)
  return { units: units / 10n ** BigInt(drop), scale: scale - drop }
}

function numberOf(value: Decimal): number {
  return Number(`${value.units}e${-value.scale}`)
}

/** What rounds to a float without an error. */
const limits = {
  real: { least: '1.4e-45', most: '3.4028235e38' },
  'double precision': { least: '4.9406564584124654e-324', most: '1.79769313486231575e308' },
} as const

/** Whether a numeric can be cast to the float: PostgreSQL raises an error for what is too large or too small. */
export function inFloatRange(value: Sql, base: Float): Sql {
  const v = sql`(${value})`
  const { least, most } = limits[base]
  const special = sql`${v} IN ('NaN', 'Infinity', '-Infinity', 0)`
  return sql`(${special} OR abs(${v}) BETWEEN ${literal(least)}::numeric AND ${literal(most)}::numeric)`
}

/** Row twin of {@link inFloatRange}. */
export function isInFloatRange(digits: string, base: Float): boolean {
  const value = decimal(digits)
  if (!value) return /^(NaN|-?Infinity)$/.test(digits)
  if (value.units === 0n) return true
  const size = value.units < 0n ? times(value, -1n) : value
  const least = decimal(limits[base].least)
  const most = decimal(limits[base].most)
  return !!least && !!most && compareDecimals(size, least) >= 0 && compareDecimals(size, most) <= 0
}
