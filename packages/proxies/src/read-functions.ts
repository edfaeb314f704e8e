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
  const digits = plainDigits(type)
  const text = sql`${given}::text`
  const fast = digits === undefined ? sql`` : shortcut(text, digits, type)
  return immutable(
    set,
    jsonName(type),
    'jsonb',
    type,
    sql`${fast}
    RETURN ${fromJsonSql(given, type)};`,
  )
}

function fromKey(set: ProxySet, type: ColumnType, pairs: readonly Pair[]): ProxyFunction {
  const pair = pairs.find(({ field }) => typeText(field.type) === typeText(type))
  const given = ident('changeover_value')
  const digits = plainDigits(type)
  const fast = digits === undefined ? sql`` : shortcut(given, digits, type)
  const whole = pair ? overText(pair, given) : sql`NULL`
  return immutable(
    set,
    keyName(type),
    'text',
    type,
    sql`${fast}
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

/** Most numbers are short and plain: those need no care for range, scale or notation. */
function plainDigits({ base, size, scale }: ColumnType): string | undefined {
  if (base === 'smallint') return '^(0|-?[1-9][0-9]{0,3})$'
  if (base === 'integer') return '^(0|-?[1-9][0-9]{0,8})$'
  if (base === 'bigint') return '^(0|-?[1-9][0-9]{0,17})$'
  if (base !== 'numeric' || size === undefined || !scale || size <= scale) return undefined
  return `^[0-9]{1,${size - scale}}([.][0-9]{1,${scale}})?$`
}

function shortcut(text: Sql, digits: string, type: ColumnType): Sql {
  return sql`
    IF ${text} COLLATE "C" ~ ${literal(digits)} THEN
      RETURN (${text})::${typeName(typeText(type))};
    END IF;`
}

function immutable(set: ProxySet, name: string, takes: string, gives: ColumnType, body: Sql): ProxyFunction {
  const signature = sql`${inSchema(set, name)}(${typeName(takes)})`
  const create = sql`CREATE OR REPLACE FUNCTION ${inSchema(set, name)}(${ident('changeover_value')} ${typeName(takes)})
  RETURNS ${typeName(typeText(gives))} LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 2 AS ${literal(`
  BEGIN${body.text}
  END`)}`
  return { create: create.text, drop: sql`DROP FUNCTION IF EXISTS ${signature}`.text }
}
