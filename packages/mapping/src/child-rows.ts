import { type Field, fieldNamed, type Source, type Table } from './table.ts'
import { isJson } from './column-type.ts'
import { divide, type JsonPart, restSql, unite, uniteSql, valueAt, valuePart } from './json-parts.ts'
import { ident, join, literal, type Sql, sql } from './sql.ts'
import { toJsonSql } from './json.ts'
import type { Json } from './value.ts'

/**
 * How the items of a JSON list become rows: keys that have a column, and the column that keeps the rest. `Slot` is the
 * field of the view in which the rows stand.
 */
export interface ChildRows<Slot extends string = string> {
  readonly slot: Slot
  readonly table: Table
  readonly columns: Readonly<Record<string, string>>
  readonly rest: string
}

/**
 * The items of a list as rows of a table, in their order: each key named in `columns` as a typed column, everything else of
 * an item in the jsonb column `rest`: keys without a column, values that do not fit theirs, an item that is no object.
 * `table` describes the columns that the rows have besides those of owner and position.
 */
export function children<const Slot extends string>(
  slot: Slot,
  rows: { readonly table: Table; readonly columns: Readonly<Record<string, string>>; readonly rest: string },
): ChildRows<Slot> {
  return { slot, table: rows.table, columns: rows.columns, rest: rows.rest }
}

/** A part of an item, and the column in which it is stored. */
interface Placed {
  readonly part: JsonPart
  readonly column: string
}

function partsOf({ table, columns }: ChildRows): readonly Placed[] {
  return Object.entries(columns).map(([key, field]) => {
    const { column, type } = fieldNamed(table, field)
    return { part: valuePart(key, type), column }
  })
}

/** A JSON list as a part of an object: stored as a list of rows, which is empty for no list as for an empty one. */
export function childRowsPart(key: string, rows: ChildRows): JsonPart {
  const placed = partsOf(rows)
  return {
    key,
    nested: true,
    stored: (value) =>
      Array.isArray(value) && value.length > 0
        ? value.map((item: Json) => rowOf(rows, placed, item))
        : undefined,
    storedSql: (value) => storedRowsSql(rows, value),
    given: (stored) => (Array.isArray(stored) ? stored.map((row: Json) => itemOf(rows, placed, row)) : []),
    givenSql: (stored) =>
      sql`(SELECT jsonb_agg(${itemSql(rows, sql`item.value`)} ORDER BY item.ordinality) FROM ${itemsOf(stored)})`,
    isExact: (value) => Array.isArray(value) && value.length > 0,
    isExactSql: (value) => sql`(jsonb_typeof(${value}) = 'array' AND ${value} <> '[]')`,
  }
}

function itemsOf(list: Sql): Sql {
  return sql`jsonb_array_elements(CASE WHEN jsonb_typeof(${list}) = 'array' THEN ${list} END) WITH ORDINALITY AS item`
}

/** A row as JSON has its columns by name; a column that is NULL is left out. */
function rowOf(rows: ChildRows, parts: readonly Placed[], item: Json): Json {
  const divided = divide(
    parts.map(({ part }) => part),
    item,
  )
  const cells = parts.flatMap(({ part, column }): readonly [string, Json][] => {
    const stored = valueAt(divided.parts, part.key)
    return stored === undefined ? [] : [[column, stored]]
  })
  return Object.fromEntries([...cells, [restColumn(rows), divided.rest]])
}

/** Each item as a row, its columns worked out once. */
function storedRowsSql(rows: ChildRows, list: Sql): Sql {
  const parts = partsOf(rows)
  const names = new Map(parts.map(({ part }, index) => [part, `c${index}`]))
  const cell = (part: JsonPart) => ident('cell', names.get(part) ?? '')
  const stored = parts.map(({ part }, index) => {
    return sql`${part.storedSql(sql`(item.value -> ${literal(part.key)})`)} AS ${ident(`c${index}`)}`
  })
  const rest = restSql(
    parts.map(({ part }) => part),
    sql`item.value`,
    cell,
  )
  const row = cellsSql([
    ...parts.map(({ part, column }) => ({ column, value: cell(part), nested: part.nested })),
    { column: restColumn(rows), value: rest, nested: true, always: true },
  ])
  return sql`(SELECT jsonb_agg(${row} ORDER BY item.ordinality) FROM ${itemsOf(list)} CROSS JOIN LATERAL (SELECT ${join(stored)} OFFSET 0) AS cell)`
}

function itemOf(rows: ChildRows, parts: readonly Placed[], row: Json): Json {
  const cells = parts.flatMap(({ part, column }): readonly [string, Json][] => {
    const stored = valueAt(row, column)
    const isCell =
      stored !== undefined && (part.nested || typeof stored !== 'object' || JSON.isRawJSON(stored))
    return isCell ? [[part.key, stored]] : []
  })
  const rest = valueAt(row, restColumn(rows))
  return unite(
    parts.map(({ part }) => part),
    { parts: Object.fromEntries(cells), rest: rest === undefined ? {} : rest },
  )
}

function itemSql(rows: ChildRows, row: Sql): Sql {
  const parts = partsOf(rows)
  const columns = new Map(parts.map(({ part, column }) => [part, column]))
  const cell = (column: string) => sql`(${row} -> ${literal(column)})`
  const stored = (part: JsonPart) => {
    const own = cell(columns.get(part) ?? '')
    return part.nested
      ? own
      : sql`CASE WHEN jsonb_typeof(${own}) NOT IN ('null', 'object', 'array') THEN ${own} END`
  }
  return uniteSql([...columns.keys()], stored, sql`COALESCE(${cell(restColumn(rows))}, '{}')`)
}

function restColumn({ table, rest }: ChildRows): string {
  return fieldNamed(table, rest).column
}

/** The fields of a child row that its JSON has: not whose it is, nor which it is. */
export function cellFields({ table, key, list }: Source): readonly Field[] {
  return Object.values(table.fields).filter(
    ({ name, generated }) => !generated && !key.includes(name) && name !== list?.position,
  )
}

/** A stored child row as JSON, in the form in which the rules make it. */
export function childRowSql(source: Source, alias: string): Sql {
  return cellsSql(
    cellFields(source).map(({ column, type, nullable }) => {
      const value = toJsonSql(ident(alias, column), type)
      return { column, value, nested: isJson(type), always: !nullable }
    }),
  )
}

interface Cell {
  readonly column: string
  readonly value: Sql
  readonly nested: boolean
  /** Whether it is never NULL. */
  readonly always?: boolean
}

function cellsSql(cells: readonly Cell[]): Sql {
  const pair = ({ column, value }: Cell) => sql`${literal(column)}, ${value}`
  const plain = cells.filter(({ nested }) => !nested)
  return join(
    [
      sql`jsonb_strip_nulls(jsonb_build_object(${join(plain.map(pair))}))`,
      ...cells
        .filter(({ nested }) => nested)
        .map((cell) => {
          const made = sql`jsonb_build_object(${pair(cell)})`
          return cell.always ? made : sql`CASE WHEN ${cell.value} IS NULL THEN '{}' ELSE ${made} END`
        }),
    ],
    ' || ',
  )
}
