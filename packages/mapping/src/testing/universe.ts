import { decode, encode } from '../codec.ts'
import { keyPairs } from '../identity.ts'
import type { Mapping } from '../mapping.ts'
import type { Row, RowScope } from '../rule.ts'
import { mappingNamed } from '../scope.ts'
import { readRow, slotOf } from '../slot.ts'
import { fieldNamed, type Table } from '../table.ts'
import type { Json, Value } from '../value.ts'
import { freshValue } from './fresh-value.ts'
import { trimmed } from './values.ts'

/**
 * The rows that rules refer to. A row comes into being when a row function asks for it, so the SQL functions, which run
 * afterwards, find the same rows in tables.
 */
export interface Universe {
  readonly scope: RowScope
  readonly tables: ReadonlyMap<Table, readonly Row[]>
}

/** `everyTwin`: each legacy key has its twin, as after a backfill. `someTwins`: some have none yet. */
export type Population = 'everyTwin' | 'someTwins'

/** How many rows there are that nobody has asked for yet, given a number from 0 to 7 that follows from the question. */
type Copies = (chance: number) => number

interface Question {
  readonly table: Table
  /** Values by slot: `name`, `data.legacyId`. */
  readonly by: Row
  /** Further values of a row that is made, by slot. */
  readonly also?: (n: number) => Row
  readonly copies: Copies
}

/** A universe for the rules of a mapping. Whether a row exists follows from what is asked, not from chance. */
export function createUniverse(mapping: Mapping, population: Population): Universe {
  const tables = new Map<Table, Row[]>()
  const asked = new Set<string>()
  let count = 0
  for (const other of mapping.refersTo.values()) tables.set(other.target, [])

  function ask({ table, by, also, copies }: Question): Row | null {
    const rows = tables.get(table) ?? []
    tables.set(table, rows)
    const found = rows.filter((row) =>
      Object.entries(by).every(([ref, value]) => isAt(table, row, ref, value)),
    )
    const question = `${table.name} ${JSON.stringify(by)}`
    if (found.length > 0 || asked.has(question) || !canHave(table, by))
      return found.length === 1 ? (found[0] ?? null) : null
    asked.add(question)
    const fresh = Array.from({ length: copies(hash(question) % 8) }, () =>
      made(table, { ...also?.(++count), ...by }, ++count),
    )
    rows.push(...fresh)
    return fresh.length === 1 ? (fresh[0] ?? null) : null
  }

  const scope: RowScope = {
    twin: (name, legacyKey) => {
      const { table, key, identity, form } = referred(mapping, name)
      if (legacyKey === null) return null
      const copies: Copies = (chance) => (population === 'everyTwin' || chance < 5 ? 1 : 0)
      return ask({ table, by: { [identity]: form(legacyKey) }, copies })?.[key] ?? null
    },
    original: (name, targetKey) => {
      const { table, key, identity, form, type, slot } = referred(mapping, name)
      if (targetKey === null) return null
      const also = (n: number) => ({ [identity]: form(freshValue(type, n)) })
      const row = ask({ table, by: { [key]: targetKey }, also, copies: (chance) => (chance < 6 ? 1 : 0) })
      if (!row) return null
      return slot.jsonKey === undefined ? readRow(slot, type, row) : keyOfText(readRow(slot, text, row), type)
    },
    find: (table, by, take) => {
      if (Object.values(by).includes(null)) return null
      const isKey = table.key.some((name) => name in by)
      const copies: Copies = (chance) => (chance === 0 ? 0 : chance === 1 && !isKey ? 2 : 1)
      return ask({ table, by, copies })?.[take] ?? null
    },
  }
  return { scope, tables }
}

const text = { base: 'text' } as const

function referred(mapping: Mapping, name: string) {
  const other = mappingNamed(mapping, name)
  const [pair] = keyPairs(other)
  const [key] = other.target.key
  if (!pair || key === undefined) throw new TypeError(`${name} has no key`)
  const { slot, field } = pair
  const form = (value: Value) => (slot.jsonKey === undefined ? value : String(value))
  return { table: other.target, key, identity: slot.ref, slot, form, type: field.type }
}

function keyOfText(value: Value, type: Parameters<typeof decode>[0]): Value {
  return value === null ? null : decode(type, String(value))
}

function made(table: Table, values: Row, n: number): Row {
  const row: Record<string, Value> = {}
  for (const field of Object.values(table.fields))
    row[field.name] = table.where[field.name]?.[0] ?? freshValue(field.type, n)
  for (const [ref, value] of Object.entries(values)) {
    const { field, jsonKey } = slotOf(table, ref)
    const before = row[field.name] as { readonly [key: string]: Json } // a fresh JSON value is an object
    row[field.name] = jsonKey === undefined ? value : { ...before, [jsonKey]: value }
  }
  return row
}

function isAt(table: Table, row: Row, ref: string, value: Value): boolean {
  const slot = slotOf(table, ref)
  const type = slot.jsonKey === undefined ? fieldNamed(table, slot.field.name).type : text
  return encode(type, readRow(slot, type, row)) === encode(type, value)
}

/** Whether the columns are wide enough for the values. */
function canHave(table: Table, by: Row): boolean {
  return Object.entries(by).every(([ref, value]) => {
    const { field, jsonKey } = slotOf(table, ref)
    return jsonKey !== undefined || trimmed(field.type, value) === value
  })
}

/** FNV-1a. */
function hash(words: string): number {
  let state = 2_166_136_261
  for (let index = 0; index < words.length; index++)
    state = Math.imul(state ^ words.charCodeAt(index), 16_777_619)
  return (state ^ (state >>> 15)) >>> 0
}
