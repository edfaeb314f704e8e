import {
  type ColumnType,
  type Field,
  fromJsonSql,
  keyOfIdentity,
  keyPairs,
  readSql,
  type Slot,
  storedSql,
  typeText,
} from '@changeover/mapping'
import { ident, literal, type Sql, sql, typeName } from '@changeover/mapping/sql'
import { aliases, inSchema, type ProxySet } from './proxy.ts'

/** A function of the proxies' schema: how to make it, and how to take it away. */
export interface ProxyFunction {
  readonly create: string
  readonly drop: string
}

type Pair = { readonly field: Field; readonly slot: Slot }

/**
 * A slot of the target's row as a value. What is kept in JSON is read by a function, for which the planner has one node where the
 * mapping's own expression has dozens; being the same whatever the session, it is immutable, and so it can be indexed even for
 * dates and instants.
 */
export function readingOf(set: ProxySet, slot: Slot, type: ColumnType): Sql {
  const stored = storedSql(slot, aliases.target)
  if (slot.jsonKey === undefined || !isInline(type)) return valueOf(set, slot, type, stored)
  const column = ident(aliases.target, slot.field.column)
  return shortened(fromJsonSql(stored, type), stored, sql`(${column} ->> ${literal(slot.jsonKey)})`)
}

/** What a slot stores, given as an expression, as a value. */
export function valueOf(set: ProxySet, slot: Slot, type: ColumnType, stored: Sql): Sql {
  if (slot.jsonKey !== undefined)
    return isInline(type) ? fromJsonSql(stored, type) : sql`${inSchema(set, jsonName(type))}(${stored})`
  const column = ident('x', slot.field.column).text
  return { text: readSql(slot, type, 'x').text.replaceAll(column, stored.text) }
}

/** The text under a key is reached in one step instead of two, for the same value. */
function shortened(reading: Sql, stored: Sql, text: Sql): Sql {
  return { text: reading.text.replaceAll(`((${stored.text}) #>> '{}')`, text.text) }
}

/** The legacy key of the target's row. */
export function keyReading(set: ProxySet, pair: Pair): Sql {
  if (pair.slot.jsonKey === undefined || isInline(pair.field.type)) return keyOfIdentity(pair, aliases.target)
  const text = sql`(${ident(aliases.target, pair.slot.field.column)} ->> ${literal(pair.slot.jsonKey)})`
  return sql`${inSchema(set, keyName(pair.field.type))}(${text})`
}

/** Every function that the readings of these proxies call. */
export function readFunctions(set: ProxySet): readonly ProxyFunction[] {
  const mappings = [...new Set(set.proxies.map(({ mapping }) => mapping))]
  const inJson = mappings.flatMap(({ rules }) =>
    rules.flatMap(({ slots }) =>
      slots.filter(({ slot }) => slot.jsonKey !== undefined).map(({ type }) => type),
    ),
  )
  const keys = mappings.flatMap((mapping) =>
    keyPairs(mapping).filter(({ slot }) => slot.jsonKey !== undefined),
  )
  return [
    ...distinct(inJson).map((type) => fromJson(set, type)),
    ...distinct(keys.map(({ field }) => field.type)).map((type) => fromKey(set, type, keys)),
  ]
}

/** Texts, booleans and JSON are read as fast in place. */
function isInline({ base }: ColumnType): boolean {
  return ['text', 'varchar', 'char', 'boolean', 'jsonb', 'json'].includes(base)
}

function distinct(types: readonly ColumnType[]): readonly ColumnType[] {
  return [...new Map(types.filter((type) => !isInline(type)).map((type) => [typeText(type), type])).values()]
}

const jsonName = (type: ColumnType) => `read_${slug(type)}`
const keyName = (type: ColumnType) => `key_${slug(type)}`

function slug(type: ColumnType): string {
  return typeText(type).replaceAll(/[^a-z0-9]+/g, '_')
}

function fromJson(set: ProxySet, type: ColumnType): ProxyFunction {
  const given = ident('changeover_value')
  return immutable(
    set,
    jsonName(type),
    'jsonb',
    type,
    sql`${shortcut(plainNumber(given, type), given, type)}
    RETURN ${fromJsonSql(given, type)};`,
  )
}

function fromKey(set: ProxySet, type: ColumnType, pairs: readonly Pair[]): ProxyFunction {
  const pair = pairs.find(({ field }) => typeText(field.type) === typeText(type))
  const given = ident('changeover_value')
  const whole = pair ? overText(pair, given) : sql`NULL`
  return immutable(
    set,
    keyName(type),
    'text',
    type,
    sql`${shortcut(plainDigits(given, type), given, type)}
    RETURN ${whole};`,
  )
}

/** The mapping's expression for a key, over a text instead of the row. */
function overText(pair: Pair, given: Sql): Sql {
  const column = { ...pair.slot.field, name: 'changeover_value', column: 'changeover_value' }
  const { ref } = pair.slot
  const of = keyOfIdentity({ field: pair.field, slot: { ref, field: column, jsonKey: 'k' } }, 'x')
  return { text: of.text.replaceAll(`("x"."changeover_value" ->> 'k')`, given.text) }
}

/** Most numbers are plain: those need no care for notation or rounding, which would cost more than all else. */
function shortcut(isPlain: Sql | undefined, given: Sql, type: ColumnType): Sql {
  if (isPlain === undefined) return sql``
  return sql`
    IF ${isPlain} THEN
      RETURN (${given})::${typeName(typeText(type))};
    END IF;`
}

/** A number in JSON that its type takes as it is. In the order of JSON values only numbers are between two numbers. */
function plainNumber(json: Sql, { base, size, scale = 0 }: ColumnType): Sql | undefined {
  const nines = base === 'numeric' ? (size ?? 0) - scale : digitsOf(base)
  if (nines <= 0) return undefined
  const most = '9'.repeat(nines)
  const places = base === 'numeric' ? scale : 0
  return sql`${json} BETWEEN ${literal(`-${most}`)} AND ${literal(most)} AND scale(${json}::numeric) <= ${literal(places)}`
}

/** A text of a positive whole number, without a zero in front. */
function plainDigits(text: Sql, { base }: ColumnType): Sql | undefined {
  const digits = digitsOf(base)
  if (digits === 0) return undefined
  return sql`length(${text}) <= ${literal(digits)} AND ltrim(${text}, '0123456789') = '' AND ${text} >= '1' COLLATE "C"`
}

/** How many digits every number of that many has room for; 0 for what is no whole number. */
function digitsOf(base: ColumnType['base']): number {
  return base === 'smallint' ? 4 : base === 'integer' ? 9 : base === 'bigint' ? 18 : 0
}

function immutable(set: ProxySet, name: string, takes: string, gives: ColumnType, body: Sql): ProxyFunction {
  const signature = sql`${inSchema(set, name)}(${typeName(takes)})`
  const create = sql`CREATE OR REPLACE FUNCTION ${inSchema(set, name)}(${ident('changeover_value')} ${typeName(takes)})
  RETURNS ${typeName(typeText(gives))} LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 2 AS ${literal(`
  BEGIN${body.text}
  END`)}`
  return { create: create.text, drop: sql`DROP FUNCTION IF EXISTS ${signature}`.text }
}
