import { type ColumnType, typeText } from './column-type.ts'
import { fit } from './fit.ts'
import { isJsonNull } from './json-null.ts'
import { fromJsonRow, fromJsonSql, toJsonRow, toJsonSql } from './json.ts'
import { ident, literal, type Sql, sql, typeName } from './sql.ts'
import { type Field, fieldNamed, type Table } from './table.ts'
import type { Value } from './value.ts'

/** A place for one value: a column, or a key of the JSON object in a column. */
export interface Slot {
  readonly ref: string
  readonly field: Field
  readonly jsonKey: string | undefined
}

/** Reads `status` or `taskData.domain`. Errors: MAPPING.FIELD_UNKNOWN. */
export function slotOf(table: Table, ref: string): Slot {
  const dot = ref.indexOf('.')
  if (dot < 0) return { ref, field: fieldNamed(table, ref), jsonKey: undefined }
  return { ref, field: fieldNamed(table, ref.slice(0, dot)), jsonKey: ref.slice(dot + 1) }
}

/** The slot as stored: a column, or the jsonb under its key (NULL where the key is absent). */
export function storedSql(slot: Slot, alias: string): Sql {
  const column = ident(alias, slot.field.column)
  return slot.jsonKey === undefined ? column : sql`(${column} -> ${literal(slot.jsonKey)})`
}

/** What stands under the slot's JSON key as text; NULL where there is no such key or JSON's null. */
export function textSql(slot: Slot, alias: string): Sql {
  return sql`(${ident(alias, slot.field.column)} ->> ${literal(slot.jsonKey ?? '')})`
}

/** Row twin of {@link textSql}, as far as that is NULL. */
export function textRow(slot: Slot, row: Readonly<Record<string, Value>>): Value {
  const stored = keyOf(row[slot.field.name] ?? null, slot.jsonKey ?? '') ?? null
  return isJsonNull(stored) ? null : stored
}

/** The slot as a value of the type that its rule speaks. What is stored in JSON in another shape reads as NULL. */
export function readSql(slot: Slot, type: ColumnType, alias: string): Sql {
  if (slot.jsonKey === undefined) return convert(ident(alias, slot.field.column), slot.field.type, type)
  return fromJsonSql(sql`(${ident(alias, slot.field.column)} -> ${literal(slot.jsonKey)})`, type)
}

/** A value of the rule's type in the form that the slot stores. SQL NULL is an absent key in JSON. */
export function writeSql(slot: Slot, type: ColumnType, value: Sql): Sql {
  return slot.jsonKey === undefined ? convert(value, type, slot.field.type) : toJsonSql(value, type)
}

/** Reads back what {@link writeSql} would store, without storing it: for the laws and the loss analysis. */
export function throughSql(slot: Slot, type: ColumnType, value: Sql): Sql {
  const stored = writeSql(slot, type, value)
  return slot.jsonKey === undefined ? convert(stored, slot.field.type, type) : fromJsonSql(stored, type)
}

/** Whether a value of the rule's type fits into the slot; undefined where every value does. */
export function fitsSql(slot: Slot, type: ColumnType, value: Sql): Sql | undefined {
  return fit(type, columnOf(slot, type))?.accepts?.sql(value)
}

function convert(value: Sql, from: ColumnType, to: ColumnType): Sql {
  if (typeText(from) === typeText(to)) return value
  return fit(from, to)?.sql(value) ?? sql`(${value})::${typeName(typeText(to))}`
}

/** Row twin of {@link readSql}. */
export function readRow(slot: Slot, type: ColumnType, row: Readonly<Record<string, Value>>): Value {
  const stored = row[slot.field.name] ?? null
  if (slot.jsonKey === undefined) return convertRow(stored, slot.field.type, type)
  return fromJsonRow(keyOf(stored, slot.jsonKey), type)
}

/** Row twin of {@link writeSql}; undefined is an absent key. */
export function writeRow(slot: Slot, type: ColumnType, value: Value): Value | undefined {
  return slot.jsonKey === undefined ? convertRow(value, type, slot.field.type) : toJsonRow(value, type)
}

/** Row twin of {@link fitsSql}. */
export function fitsRow(slot: Slot, type: ColumnType, value: Value): boolean {
  return fit(type, columnOf(slot, type))?.accepts?.row(value) ?? true
}

/** JSON takes every type as it is, except for json, which holds what jsonb cannot. */
function columnOf({ field, jsonKey }: Slot, type: ColumnType): ColumnType {
  if (jsonKey === undefined) return field.type
  return type.base === 'json' ? { base: 'jsonb' } : type
}

/** Whether what a column holds can be read as the rule's type; in JSON what cannot reads as NULL. */
export function readsRow(slot: Slot, type: ColumnType, row: Readonly<Record<string, Value>>): boolean {
  return (
    slot.jsonKey !== undefined ||
    (fit(slot.field.type, type)?.accepts?.row(row[slot.field.name] ?? null) ?? true)
  )
}

function convertRow(value: Value, from: ColumnType, to: ColumnType): Value {
  if (value === null || typeText(from) === typeText(to)) return value
  const way = fit(from, to)
  return way ? way.row(value) : value
}

function keyOf(object: Value, key: string): Value | undefined {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) return undefined
  return Object.hasOwn(object, key) ? (object as Readonly<Record<string, Value>>)[key] : undefined
}
