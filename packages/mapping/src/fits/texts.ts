import { wireSql } from '../codec.ts'
import { type ColumnType, isInteger, isText, typeText } from '../column-type.ts'
import { join, literal, type Sql, sql, typeName } from '../sql.ts'
import type { Value } from '../value.ts'
import { type Decimal, decimal } from './decimal.ts'
import { exact } from './iso.ts'
import { digitsIn, inRange, isFixed, isInRange, valueOf } from './numbers.ts'
import { chain, type Fit, fitOf, identity, matches } from './step.ts'

const text: ColumnType = { base: 'text' }

/** How a value is carried as text, or text as a value: in the spelling that PostgreSQL gives it, and no other. */
export function fitText(from: ColumnType, to: ColumnType): Fit | undefined {
  if (isText(from) && isText(to)) return fitTexts(from, to)
  if (isText(from)) return chain(fitTexts(from, text), parsed(to))
  const longest = lengthOf(from)
  if (longest === undefined) return undefined
  const roomy = to.size === undefined || longest <= to.size
  return chain(spelled(from), roomy ? fitOf({ cast: castTo(to), row: String }) : fitTexts(text, to))
}

/** Text has the length that PostgreSQL counts: characters, not UTF-16 units. */
function lengthIn(value: Value): number {
  return [...String(value)].length
}

/** char(n) is its text without the spaces at the end, so a text that ends in a space does not survive there. */
function fitTexts(from: ColumnType, to: ColumnType): Fit {
  const convert = { cast: castTo(to), row: (value: Value) => withoutPadding(from, String(value)) }
  const { size } = to
  const long = size !== undefined && (from.size === undefined || from.size > size)
  const padded = to.base === 'char' && from.base !== 'char'
  if (!long && !padded) return typeText(from) === typeText(to) ? identity : fitOf(convert)
  const inner = from.base === 'char' ? (value: Sql) => sql`(${value})::text` : (value: Sql) => value
  return fitOf({
    ...convert,
    accepts: {
      sql: (value) => {
        const short = size === undefined ? sql`TRUE` : sql`char_length(${inner(value)}) <= ${literal(size)}`
        return padded ? sql`(${short} AND right(${value}, 1) COLLATE "C" <> ' ')` : sql`(${short})`
      },
      row: (value) =>
        (size === undefined || lengthIn(withoutPadding(from, String(value))) <= size) &&
        !(padded && String(value).endsWith(' ')),
    },
  })
}

function withoutPadding(type: ColumnType, value: string): string {
  return type.base === 'char' ? value.replace(/ +$/, '') : value
}

/** The longest text that values of the type have; undefined where they have none that is exact. */
function lengthOf(type: ColumnType): number | undefined {
  const fixed: Readonly<Record<string, number>> = {
    smallint: 6,
    integer: 11,
    bigint: 20,
    boolean: 5,
    uuid: 36,
    date: 13,
    time: 15,
    timestamp: 29,
    timestamptz: 32,
  }
  if (type.base !== 'numeric') return fixed[type.base]
  return type.size === undefined ? Infinity : Math.max(type.size, type.scale ?? 0) + 3
}

/** A value in PostgreSQL's own spelling, in UTC. */
function spelled(from: ColumnType): Fit {
  const row = isFixed(from) ? (value: Value) => digitsIn(from, value) : String
  return fitOf({ cast: (value) => wireSql(value, from), row })
}

function parsed(to: ColumnType): Fit | undefined {
  if (isFixed(to)) return parsedNumber(to)
  const pattern = patternOf(to)
  if (pattern === undefined) return undefined
  const test = new RegExp(pattern)
  return fitOf({
    cast: castTo(to),
    row: (value) => (to.base === 'boolean' ? value === 'true' : value),
    accepts: {
      sql: (value) => sql`(${matches(value, literal(pattern))})`,
      row: (value) => test.test(String(value)),
    },
  })
}

function patternOf({ base }: ColumnType): string | undefined {
  if (base === 'boolean') return '^(?:true|false)$'
  if (base === 'uuid') return '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
  return base === 'date' || base === 'time' || base === 'timestamp' || base === 'timestamptz'
    ? exact[base]
    : undefined
}

const number = '^(?!-[0.]+$)-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?$'
const mostDigits = 10_000

function parsedNumber(to: ColumnType): Fit {
  const scale = isInteger(to) ? 0 : to.scale
  const specials = isInteger(to) ? ['0'] : to.size === undefined ? ['NaN', 'Infinity', '-Infinity'] : ['NaN']
  const test = new RegExp(number)
  const fits = (value: Decimal) => isInRange(value, to) && (scale === undefined || value.scale === scale)
  return fitOf({
    cast: castTo(to),
    row: (value) => valueOf(to, String(value)),
    accepts: {
      sql: (value) => {
        const scaled = scale === undefined ? sql`TRUE` : sql`scale((${value})::numeric) = ${literal(scale)}`
        const special = sql`(${value}) COLLATE "C" IN (${join(specials.map((each) => literal(each)))})`
        const plain = sql`${matches(value, literal(number))} AND char_length(${value}) <= ${literal(mostDigits)}`
        const short = isInteger(to)
          ? sql`WHEN ${matches(value, literal(shortInteger(to)))} THEN TRUE `
          : sql``
        return sql`(CASE ${short}WHEN ${plain} THEN ${inRange(sql`(${value})::numeric`, to)} AND ${scaled} ELSE ${special} END)`
      },
      row: (value) => {
        const digits = String(value)
        if (specials.includes(digits)) return true
        const given = test.test(digits) && digits.length <= mostDigits ? decimal(digits) : undefined
        return given !== undefined && fits(given)
      },
    },
  })
}

/** Digits that fit whatever they are: most keys are such, and one test is enough for them. */
function shortInteger({ base }: ColumnType): string {
  const digits = base === 'smallint' ? 4 : base === 'integer' ? 9 : 18
  return `^(?:0|-?[1-9][0-9]{0,${digits - 1}})$`
}

function castTo(type: ColumnType): (value: Sql) => Sql {
  return (value) => sql`(${value})::${typeName(typeText(type))}`
}
