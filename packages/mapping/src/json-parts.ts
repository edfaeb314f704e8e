import { decimal, digitsOf } from './fits/decimal.ts'
import { type ColumnType, isJson, typeText } from './column-type.ts'
import { fromJsonRow, fromJsonSql, toJsonRow, toJsonSql } from './json.ts'
import { all, join, literal, type Sql, sql } from './sql.ts'
import type { Json } from './value.ts'

/**
 * A key of a JSON object that has a place of its own. What is stored there is told apart from what is given back, and both
 * are JSON: `stored` for the value under the key (NULL, undefined: none), `given` for what is stored. Row and SQL functions
 * agree.
 */
export interface JsonPart {
  readonly key: string
  /** Whether JSON null can be stored, which is not the same as nothing. */
  readonly nested: boolean
  stored(value: Json): Json | undefined
  storedSql(value: Sql): Sql
  given(stored: Json): Json
  givenSql(stored: Sql): Sql
  /** Whether the value is given back as it is, to the last digit. */
  isExact(value: Json): boolean
  /** `stored` is {@link storedSql} of the value, where that was worked out before. */
  isExactSql(value: Sql, stored?: Sql): Sql
}

/** A key that is stored as a value of this type. */
export function valuePart(key: string, type: ColumnType): JsonPart {
  const shape = shapeOf(type)
  if (isJson(type))
    return part(key, {
      nested: true,
      stored: (value) => value,
      storedSql: (value) => value,
      isExactSql: () => sql`TRUE`,
    })
  if (shape !== undefined) {
    const isOf = (value: Sql) => sql`jsonb_typeof(${value}) = ${literal(shape)}`
    const stored = (value: Json) => (typeof value === shape ? value : undefined)
    return part(key, {
      nested: false,
      stored,
      storedSql: (value) => sql`CASE WHEN ${isOf(value)} THEN ${value} END`,
      isExactSql: isOf,
    })
  }
  const stored = (value: Json) => toJsonRow(fromJsonRow(value, type), type)
  const storedSql = (value: Sql) =>
    once(value, (given) => once(fromJsonSql(given, type), (typed) => toJsonSql(typed, type)))
  const isExactSql = (value: Sql, known = storedSql(value)) =>
    sql`(${known})::text IS NOT DISTINCT FROM (${value})::text`
  return part(key, { nested: false, stored, storedSql, isExactSql })
}

function part(
  key: string,
  means: Pick<JsonPart, 'nested' | 'stored' | 'storedSql' | 'isExactSql'>,
): JsonPart {
  const isExact = (value: Json) => textOf(means.stored(value)) === textOf(value)
  return { key, ...means, given: (value) => value, givenSql: (value) => value, isExact }
}

/** The JSON type that is stored as it is, where a column type has one. */
function shapeOf(type: ColumnType): 'string' | 'boolean' | undefined {
  if (typeText(type) === 'text') return 'string'
  return type.base === 'boolean' ? 'boolean' : undefined
}

/** Works a value out once, however often the expression has it. */
export function once(value: Sql, use: (value: Sql) => Sql): Sql {
  return sql`(SELECT ${use(sql`once.value`)} FROM (SELECT ${value} AS value OFFSET 0) AS once)`
}

/** A JSON object as stored: what stands in each part's place, and the rest. */
export interface Divided {
  readonly parts: Readonly<Record<string, Json>>
  /** What has no place, or is not exact in its own, by key; the JSON itself where that is no object. */
  readonly rest: Json
}

export function divide(parts: readonly JsonPart[], json: Json): Divided {
  if (!isObject(json)) return { parts: {}, rest: json }
  const pairs = parts.flatMap((part): readonly [string, Json][] => {
    const value = valueAt(json, part.key)
    const stored = value === undefined ? undefined : part.stored(value)
    return stored === undefined ? [] : [[part.key, stored]]
  })
  const byKey = new Map(parts.map((part) => [part.key, part]))
  const rest = Object.entries(json).filter(([key, value]) => byKey.get(key)?.isExact(value) !== true)
  return { parts: Object.fromEntries(pairs), rest: Object.fromEntries(rest) }
}

/** What {@link divide} leaves as the rest of a jsonb; NULL for NULL. `known`: what is stored in the place of a part. */
export function restSql(
  parts: readonly JsonPart[],
  json: Sql,
  known: (part: JsonPart) => Sql | undefined = () => undefined,
): Sql {
  const isLeft = (part: JsonPart) => sql`NOT ${part.isExactSql(sql`pair.value`, known(part))}`
  return sql`CASE WHEN jsonb_typeof(${json}) = 'object' THEN ${pairsSql(json, parts, isLeft)} ELSE ${json} END`
}

/** Turns {@link divide} round. Where a place and the rest say different things of a key, the place counts. */
export function unite(parts: readonly JsonPart[], { parts: stored, rest }: Divided): Json {
  const given = Object.fromEntries(
    parts.flatMap((part): readonly [string, Json][] => {
      const value = valueAt(stored, part.key)
      return value === undefined ? [] : [[part.key, part.given(value)]]
    }),
  )
  if (!isObject(rest)) return Object.keys(given).length === 0 ? rest : given
  if (Object.keys(rest).length === 0) return given
  const byKey = new Map(parts.map((part) => [part.key, part]))
  const kept = Object.entries(rest).filter(([key, value]) => {
    const part = byKey.get(key)
    return !part || textOf(part.stored(value)) === textOf(valueAt(stored, key))
  })
  return { ...given, ...Object.fromEntries(kept) }
}

/** SQL twin of {@link unite}: `stored` gives the jsonb in a part's place, NULL where there is none. NULL where nothing is. */
export function uniteSql(parts: readonly JsonPart[], stored: (part: JsonPart) => Sql, rest: Sql): Sql {
  const plain = parts.filter(({ nested }) => !nested)
  const pair = (part: JsonPart) => sql`${literal(part.key)}, ${part.givenSql(stored(part))}`
  const given = join(
    [
      ...chunks(plain).map((some) => sql`jsonb_strip_nulls(jsonb_build_object(${join(some.map(pair))}))`),
      ...parts
        .filter(({ nested }) => nested)
        .map(
          (part) =>
            sql`CASE WHEN ${stored(part)} IS NULL THEN '{}' ELSE jsonb_build_object(${pair(part)}) END`,
        ),
    ],
    ' || ',
  )
  const made = parts.length === 0 ? sql`'{}'::jsonb` : sql`(${given})`
  const kept = pairsSql(rest, parts, (part) => {
    return sql`(${part.storedSql(sql`pair.value`)})::text IS NOT DISTINCT FROM (${stored(part)})::text`
  })
  const united = sql`CASE WHEN jsonb_typeof(${rest}) = 'object' THEN united.given || ${kept} WHEN united.given = '{}' THEN ${rest} ELSE united.given END`
  return sql`(SELECT ${united} FROM (SELECT ${made} AS given OFFSET 0) AS united)`
}

/** The object without the keys of parts of which `keeps` says no; `pair.value` is the value there. */
function pairsSql(json: Sql, parts: readonly JsonPart[], keeps: (part: JsonPart) => Sql): Sql {
  const whens = parts.map((part) => sql`WHEN ${literal(part.key)} THEN ${keeps(part)}`)
  const where =
    whens.length === 0 ? all([]) : sql`CASE pair.key COLLATE "C" ${join(whens, ' ')} ELSE TRUE END`
  return sql`(SELECT COALESCE(jsonb_object_agg(pair.key, pair.value), '{}') FROM jsonb_each(CASE WHEN jsonb_typeof(${json}) = 'object' THEN ${json} END) AS pair WHERE ${where})`
}

/** Lists of at most 50, since a function takes at most 100 arguments. */
function chunks<Each>(list: readonly Each[]): readonly (readonly Each[])[] {
  return Array.from({ length: Math.ceil(list.length / 50) }, (_none, index) =>
    list.slice(index * 50, index * 50 + 50),
  )
}

/** A JSON object, and none of the numbers that JavaScript keeps as one. */
function isObject(json: Json | undefined): json is { readonly [key: string]: Json } {
  return typeof json === 'object' && json !== null && !Array.isArray(json) && !JSON.isRawJSON(json)
}

/** What stands under a key of its own. */
export function valueAt(object: Json | undefined, key: string): Json | undefined {
  return isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined
}

/** A text that is the same for equal JSON only, with numbers to their last digit: as the text of jsonb is. */
function textOf(json: Json | undefined): string | undefined {
  if (json === undefined) return undefined
  const number = JSON.isRawJSON(json) ? json.rawJSON : typeof json === 'number' ? String(json) : undefined
  if (number !== undefined) {
    const digits = decimal(number)
    return digits === undefined ? number : digitsOf(digits)
  }
  if (Array.isArray(json)) return `[${json.map((each: Json) => textOf(each)).join(',')}]`
  if (!isObject(json)) return JSON.stringify(json)
  const pairs = Object.entries(json).map(([key, each]) => `${JSON.stringify(key)}:${textOf(each)}`)
  return `{${pairs.toSorted().join(',')}}`
}
