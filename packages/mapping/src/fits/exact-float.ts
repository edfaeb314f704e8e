import { literal, type Sql, sql } from '../sql.ts'
import { compareDecimals, type Decimal, decimal, digitsOf, times } from './decimal.ts'

type Float = 'real' | 'double precision'

/**
 * A float as a numeric that gives back the same float. A plain `::numeric` keeps 15 digits (6 of a real), and text depends
 * on extra_float_digits. So: those digits where they are enough, otherwise 15 for a real, 17 or 18 for a double.
 */
export function exactNumeric(value: Sql, base: Float): Sql {
  const v = sql`(${value})`
  if (base === 'real')
    return sql`(CASE WHEN ${v}::numeric::real = ${v} THEN ${v}::numeric ELSE ${v}::float8::numeric END)`
  const huge = sql`abs(${v}) BETWEEN 1e308 AND ${literal(String(Number.MAX_VALUE))}::float8`
  const isShort = sql`CASE WHEN ${huge} THEN FALSE ELSE ${v}::numeric::float8 = ${v} END`
  return sql`(CASE WHEN ${isShort} THEN ${v}::numeric ELSE ${fromBits(v)} END)`
}

/** Row twin of {@link exactNumeric}: the digits. */
export function exactDigits(value: number, base: Float): string {
  if (!Number.isFinite(value)) return String(value)
  const short = precise(value, base === 'real' ? 6 : 15)
  if (base === 'real') return digitsOf(Math.fround(numberOf(short)) === value ? short : precise(value, 15))
  return digitsOf(Math.abs(value) < 1e308 && numberOf(short) === value ? short : fromBitsRow(value))
}

/** The exact value from mantissa and exponent, rounded to 17 or 18 digits. */
function fromBits(v: Sql): Sql {
  const bits = sql`('x' || encode(float8send(${v}), 'hex'))::bit(64)::bigint`
  const biased = sql`(${bits} >> 52 & 2047)`
  const mantissa = sql`(${bits} & 4503599627370495 | (least(${biased}, 1) << 52))`
  const exponent = sql`(greatest(${biased}, 1)::integer - 1075)`
  const power = sql`CASE WHEN ${exponent} >= 0 THEN power(2::numeric, ${exponent}) ELSE power(5::numeric, -${exponent}) * ('1e' || ${exponent})::numeric END`
  const decimals = sql`(16 - floor((${exponent} + 52) * 0.30103))::integer`
  return sql`trim_scale(sign(${v})::numeric * round(${mantissa} * ${power}, ${decimals}))`
}

function fromBitsRow(value: number): Decimal {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const biased = Number((bits >> 52n) & 2047n)
  const mantissa = (bits & 4503599627370495n) | (biased === 0 ? 0n : 4503599627370496n)
  const exponent = Math.max(biased, 1) - 1075
  const exact: Decimal =
    exponent >= 0
      ? { units: mantissa * 2n ** BigInt(exponent), scale: 0 }
      : { units: mantissa * 5n ** BigInt(-exponent), scale: -exponent }
  return times(rounded(exact, 16 - Math.floor((exponent + 52) * 0.30103)), value < 0 ? -1n : 1n)
}

/** A positive number with that many decimals (tens, hundreds where negative), half of one up. */
function rounded({ units, scale }: Decimal, decimals: number): Decimal {
  if (decimals >= scale) return trimmed(units, scale)
  const unit = 10n ** BigInt(scale - decimals)
  const kept = (units + unit / 2n) / unit
  return trimmed(kept, decimals)
}

/** That many significant digits, without zeros at the end. A tie goes to the even digit, as C's printf has it. */
function precise(value: number, digits: number): Decimal {
  const [mantissa = '', exponent = ''] = value.toExponential(digits - 1).split('e')
  // oxlint-disable-next-line oxc/number-arg-out-of-range -- up to 100 since ES2018, and a tie shows only there
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
