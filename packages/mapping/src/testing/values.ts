import fc from 'fast-check'
import { baseTypes, type ColumnType, isText } from '../column-type.ts'
import { encode } from '../codec.ts'
import { fit } from '../fit.ts'
import { decimal, digitsOf } from '../fits/decimal.ts'
import { digitsIn, isFixed, isInRange, largest, valueOf } from '../fits/numbers.ts'
import { jsonNull } from '../json-null.ts'
import type { Json, Value } from '../value.ts'
import { nastyValues } from './nasty-values.ts'

/** Values of a column type, never NULL: half of them those that have broken a migration somewhere, half random. */
export function valuesOf(type: ColumnType): fc.Arbitrary<Value> {
  return fc.oneof(fc.constantFrom(...nastyValuesOf(type)), random(type))
}

/** Values that have broken a migration somewhere, cut to the size of the type. */
export function nastyValuesOf(type: ColumnType): readonly Value[] {
  const cut = nastyValues[type.base].map((value) => trimmed(type, value))
  return [...new Set(cut)].filter((value) => value !== undefined)
}

/** The value cut to the size of the type; undefined where it cannot be one. */
export function trimmed(type: ColumnType, value: Value): Value | undefined {
  if (isText(type)) {
    const text = [...String(value)].slice(0, type.size).join('')
    return type.base === 'char' ? text.replace(/ +$/, '') : text
  }
  if (!isFixed(type)) return value
  const number = decimal(String(value))
  if (!number) return type.size === undefined || value === 'NaN' ? value : undefined
  const { scale } = type
  const rounded = scale === undefined ? number : (decimal(cut(digitsOf(number), scale)) ?? number)
  return isInRange(rounded, type) ? valueOf(type, digitsIn(type, digitsOf(rounded))) : undefined
}

function cut(digits: string, scale: number): string {
  const [whole = '0', fraction = ''] = digits.split('.')
  return scale === 0 ? whole : `${whole}.${fraction.slice(0, scale)}`
}

function random(type: ColumnType): fc.Arbitrary<Value> {
  if (isText(type)) return texts.map((text) => trimmed(type, text) ?? null)
  if (isFixed(type)) return fixed(type)
  switch (type.base) {
    case 'real':
      return fc.float()
    case 'double precision':
      return fc.double()
    case 'boolean':
      return fc.boolean()
    case 'date':
      return dates
    case 'time':
      return times
    case 'timestamp':
      return fc.tuple(dates, times).map(([date, time]) => `${date} ${time}`)
    case 'timestamptz':
      return fc.tuple(dates, times).map(([date, time]) => `${date} ${time}+00`)
    case 'json':
    case 'jsonb':
      return fc
        .jsonValue({ maxDepth: 2 })
        .filter(isStorable)
        .map((json) => (json === null ? jsonNull : (json as Json))) // fast-check's JSON is ours
    default:
      return fc.uuid()
  }
}

const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom('0', '1', '9', '-', '.', ':', ' ', 'e', '+', 'a', "'", '\\', '"'),
    maxLength: 8,
  }),
  fc
    .constantFrom(...baseTypes)
    .chain((base) => fc.constantFrom(...nastyValues[base].map((value) => encode({ base }, value) ?? ''))),
)

function fixed(type: ColumnType): fc.Arbitrary<Value> {
  const most = largest(type) ?? { units: 10n ** 30n, scale: 12 }
  const units = fc.oneof(
    fc.bigInt({ min: -most.units, max: most.units }),
    fc.bigInt({ min: -1000n, max: 1000n }),
  )
  const scales =
    type.base === 'numeric' && type.size === undefined
      ? fc.integer({ min: 0, max: most.scale })
      : fc.constant(most.scale)
  return fc.tuple(units, scales).map(([drawn, scale]) => {
    const within = drawn > most.units || drawn < -most.units ? 0n : drawn
    return valueOf(type, digitsOf({ units: within, scale }))
  })
}

const two = (value: number) => String(value).padStart(2, '0')

/** Days of the years 1 to 9999. */
const dates = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))

const times = fc
  .tuple(fc.nat(23), fc.nat(59), fc.nat(59), fc.oneof(fc.constant(0), fc.nat(999_999)))
  .map(([hour, minute, second, micros]) => {
    const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0').replace(/0+$/, '')}`
    return `${two(hour)}:${two(minute)}:${two(second)}${fraction}`
  })

function isStorable(json: unknown): boolean {
  return fit({ base: 'json' }, { base: 'jsonb' })?.accepts?.row(json as Json) ?? true // fast-check's JSON is ours
}
