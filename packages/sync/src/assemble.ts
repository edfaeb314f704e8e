import { identityForm, keyPairs, type Mapping, type Slot, storedSql } from '@changeover/mapping'
import { ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'

/** One value that the write statement has computed, and where it goes. */
export interface Written {
  readonly slot: Slot
  readonly value: Sql
  /** Whether the value can be jsonb with nulls inside, which must not be stripped. */
  readonly nested: boolean
}

/** A column of the replica with the value it gets. */
export interface ColumnValue {
  readonly column: Sql
  readonly value: Sql
}

/**
 * Puts computed values together to column values: plain columns as they are, the keys of one JSON column to one object.
 * `current` is the alias of the row to be updated, whose other JSON keys are kept; none for an insert.
 */
export function columnValues(
  written: readonly Written[],
  current: string | undefined,
): readonly ColumnValue[] {
  const byColumn = Map.groupBy(written, ({ slot }) => slot.field.column)
  return [...byColumn].map(([column, values]) => ({
    column: ident(column),
    value: columnValue(values, current),
  }))
}

/** A value that leaves a slot as it is in the row of that alias wherever `keep` is TRUE. */
export function unlessKept(keep: Sql, slot: Slot, value: Sql, alias: string): Written {
  return {
    slot,
    value: sql`CASE WHEN ${keep} THEN ${storedSql(slot, alias)} ELSE ${value} END`,
    nested: true,
  }
}

/** The identity slots of a target row. */
export function identityValues(mapping: Mapping, keyOf: (index: number) => Sql): readonly Written[] {
  return keyPairs(mapping).map(({ slot }, index) => {
    const form = identityForm(slot, keyOf(index))
    return { slot, value: slot.jsonKey === undefined ? form : sql`to_jsonb(${form})`, nested: false }
  })
}

function columnValue(values: readonly Written[], current: string | undefined): Sql {
  const [first] = values
  if (first && first.slot.jsonKey === undefined) return first.value
  const plain = values.filter(({ nested }) => !nested)
  const parts = [
    ...chunks(plain).map((some) => sql`jsonb_strip_nulls(jsonb_build_object(${pairs(some)}))`),
    ...values
      .filter(({ nested }) => nested)
      .map(
        (each) =>
          sql`CASE WHEN ${each.value} IS NULL THEN '{}' ELSE jsonb_build_object(${pairs([each])}) END`,
      ),
  ]
  const made = join(parts, ' || ')
  if (current === undefined || !first) return made
  const stored = storedSql({ ...first.slot, jsonKey: undefined }, current)
  const keys = join(values.map(({ slot }) => literal(slot.jsonKey ?? '')))
  return sql`CASE WHEN jsonb_typeof(${stored}) = 'object' THEN ${stored} - ARRAY[${keys}] ELSE '{}' END || ${made}`
}

/** Lists of at most 50, since a function takes at most 100 arguments. */
function chunks<Each>(list: readonly Each[]): readonly (readonly Each[])[] {
  return Array.from({ length: Math.ceil(list.length / 50) }, (_none, index) =>
    list.slice(index * 50, index * 50 + 50),
  )
}

function pairs(values: readonly Written[]): Sql {
  return join(values.map(({ slot, value }) => sql`${literal(slot.jsonKey ?? '')}, ${value}`))
}
