import fc from 'fast-check'
import type { JsonSchema } from './document.fixture.ts'

/** Texts that have broken something somewhere. */
const odd = [
  '',
  ' ',
  'null',
  'ü👩‍👩‍👧',
  "'; drop table lead; --",
  '\\',
  '%',
  '\u0000',
  '\ud800',
  '-0',
  '1e400',
  '9'.repeat(19),
  '💥'.repeat(60),
]

/** Texts that were seen under a name, such as keys: they make a request be about something. */
export type Known = (name: string) => readonly string[]

/** Values that a schema allows; of texts mostly such as were seen under that name. */
export function arbitraryOf(schema: JsonSchema, seen: Known, name: string): fc.Arbitrary<unknown> {
  const { enum: allowed, anyOf, const: constant, not } = schema as Said
  if (not !== undefined) return anyJson.filter((value) => value !== null) // the one that there is
  if (constant !== undefined) return fc.constant(constant)
  if (allowed !== undefined) return fc.constantFrom(...allowed)
  if (anyOf !== undefined) return fc.oneof(...anyOf.map((each) => arbitraryOf(each, seen, name)))
  const { type } = schema
  if (Array.isArray(type))
    return fc.oneof(...type.map((each: unknown) => arbitraryOf({ ...schema, type: each }, seen, name)))
  const made = byType[String(type)]
  return made === undefined ? anyJson : made(schema, seen, name)
}

interface Said {
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly JsonSchema[]
  readonly const?: unknown
  readonly not?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
}

const anyJson = fc.jsonValue({ maxDepth: 2 })

const byType: Readonly<
  Record<string, (schema: JsonSchema, seen: Known, name: string) => fc.Arbitrary<unknown>>
> = {
  null: () => fc.constant(null),
  boolean: () => fc.boolean(),
  integer: ({ minimum = -100, maximum = 100 }) => fc.integer({ min: Number(minimum), max: Number(maximum) }),
  number: () => fc.double({ noNaN: true, noDefaultInfinity: true }),
  string: textOf,
  array: (schema, seen, name) =>
    fc.uniqueArray(arbitraryOf((schema as Said).items ?? {}, seen, name), {
      maxLength: 3,
      comparator: 'SameValueZero',
    }),
  object: objectOf,
}

function textOf(
  { format, pattern, minLength = 0, maxLength = 300 }: JsonSchema,
  seen: Known,
  name: string,
): fc.Arbitrary<unknown> {
  const keys = seen(name)
  const limits = { minLength: Number(minLength), maxLength: Math.min(Number(maxLength), 300) }
  if (format === 'uuid') return fc.oneof({ weight: 3, arbitrary: known(keys, isUuid) }, fc.uuid())
  if (format === 'date') return day.map((date) => date.slice(0, 10))
  if (format === 'date-time') return day
  if (typeof pattern === 'string') {
    const expression = new RegExp(pattern, 'u')
    const fits = (key: string) => expression.test(key)
    return fc.oneof({ weight: 2, arbitrary: known(keys, fits) }, fc.stringMatching(expression))
  }
  const fits = ({ length }: string) => length >= limits.minLength && length <= limits.maxLength
  const [oddOnes, plain] = [known(odd, fits), fc.string({ ...limits, unit: 'grapheme' })]
  return fc.oneof({ weight: 3, arbitrary: known(keys, fits) }, oddOnes, plain.filter(fits))
}

const isUuid = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
const day = fc
  .date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString())

function known(keys: readonly string[], fits: (key: string) => boolean): fc.Arbitrary<string> {
  const fitting = keys.filter(fits)
  return fitting.length === 0 ? fc.uuid() : fc.constantFrom(...fitting)
}

/** All that is required, and a little of the rest: of many fields together one breaks a rule nearly always. */
function objectOf(schema: JsonSchema, seen: Known): fc.Arbitrary<unknown> {
  const { properties = {}, required = [] } = schema as Said
  const names = Object.keys(properties)
  const free = names.filter((name) => !required.includes(name))
  const limits = {
    minLength: Math.min(free.length, required.length === 0 ? 1 : 0),
    maxLength: Math.min(free.length, 4),
  }
  return fc.subarray(free, limits).chain((some) => {
    const chosen = names.filter((name) => required.includes(name) || some.includes(name))
    const model = chosen.map((name) => [name, arbitraryOf(properties[name] ?? {}, seen, name)] as const)
    return fc.record(Object.fromEntries(model), { noNullPrototype: true })
  })
}
