/** A decimal number: `units` times ten to the power of `-scale`. */
export interface Decimal {
  readonly units: bigint
  readonly scale: number
}

const largestExponent = 131_072

/** Reads digits as PostgreSQL or JSON writes them; undefined for NaN, infinities and what PostgreSQL could not hold. */
export function decimal(text: string): Decimal | undefined {
  const match = /^(-?)([0-9]+)(?:\.([0-9]*))?(?:[eE]([-+]?[0-9]+))?$/.exec(text)
  if (!match) return undefined
  const exponent = Number(match[4] ?? 0)
  if (Math.abs(exponent) > largestExponent) return undefined
  const fraction = match[3] ?? ''
  const units = BigInt(`${match[2]}${fraction}`) * (match[1] ? -1n : 1n)
  return at({ units, scale: fraction.length - exponent }, Math.max(0, fraction.length - exponent))
}

/** The digits, with as many decimals as the scale says. */
export function digitsOf({ units, scale }: Decimal): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${units < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`
}

/** The same number with more decimals, or with fewer: undefined where a digit would be lost. */
export function rescaled(value: Decimal, scale: number): Decimal | undefined {
  if (scale < value.scale && value.units % 10n ** BigInt(value.scale - scale) !== 0n) return undefined
  return at(value, scale)
}

/** Negative, zero or positive, as the first is below, equal to or above the second. */
export function compareDecimals(left: Decimal, right: Decimal): number {
  const { units } = sum(left, times(right, -1n))
  return units === 0n ? 0 : units < 0n ? -1 : 1
}

function sum(left: Decimal, right: Decimal): Decimal {
  const scale = Math.max(left.scale, right.scale)
  return { units: at(left, scale).units + at(right, scale).units, scale }
}

export function times({ units, scale }: Decimal, factor: bigint): Decimal {
  return { units: units * factor, scale }
}

function at({ units, scale }: Decimal, wanted: number): Decimal {
  const step = wanted - scale
  return { units: step >= 0 ? units * 10n ** BigInt(step) : units / 10n ** BigInt(-step), scale: wanted }
}
