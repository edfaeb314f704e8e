import { valueSql } from './literal-value.ts'
import type { ResolvedRule } from './mapping.ts'
import type { Loss, Row, Shape, SqlRow } from './rule.ts'
import { readRow, readSql, type Slot, textRow, textSql } from './slot.ts'
import { all, any, type Sql, sql } from './sql.ts'
import { fieldNamed, type Table } from './table.ts'
import type { ColumnType } from './column-type.ts'
import type { Value } from './value.ts'

type Places = Pick<ResolvedRule, 'shape' | 'slots'>

/** A legacy field that cannot be NULL, with what its table gives a row that says nothing of it. */
interface Fill {
  readonly name: string
  readonly type: ColumnType
  readonly value: Value
}

/** What a rule gives back, where it gives NULL: the legacy table's own default, unless something unreadable stands in its slots. */
export function filledSql(legacy: Table, places: Places, target: string, given: SqlRow): SqlRow {
  const fills = fillsOf(legacy, places)
  if (fills.length === 0) return given
  const silent = places.slots
    .filter(({ slot }) => slot.jsonKey !== undefined)
    .map(({ slot, type }) => isReadSql(slot, type, target))
  const filled = fills.map(({ name, type, value }): readonly [string, Sql] => {
    const fill = valueSql(value, type)
    const when = silent.length === 0 ? fill : sql`CASE WHEN ${all(silent)} THEN ${fill} END`
    return [name, sql`COALESCE(${given[name] ?? sql`NULL`}, ${when})`]
  })
  return { ...given, ...Object.fromEntries(filled) }
}

/** Row twin of {@link filledSql}. */
export function filledRow(legacy: Table, places: Places, target: Row, given: Row): Row {
  const fills = fillsOf(legacy, places).filter(({ name }) => (given[name] ?? null) === null)
  if (fills.length === 0) return given
  const isSilent = places.slots
    .filter(({ slot }) => slot.jsonKey !== undefined)
    .every(({ slot, type }) => isReadRow(slot, type, target))
  return isSilent ? { ...given, ...Object.fromEntries(fills.map(({ name, value }) => [name, value])) } : given
}

/** A target that says nothing and one that says the default read alike, so the legacy row keeps only a part of that. */
export function withFills(legacy: Table, places: Places, loss: Loss): Loss {
  const fills = fillsOf(legacy, places)
  if (fills.length === 0) return loss
  const own = loss.backward.holds === 'part' ? [loss.backward.why] : []
  const read = fills.map(
    ({ name, value }) => `where it is absent, ${name} has its default ${JSON.stringify(value)}`,
  )
  return { ...loss, backward: { holds: 'part', why: [...own, ...read].join('; ') } }
}

function fillsOf(
  legacy: Table,
  { shape, slots }: { readonly shape: Shape } & Pick<Places, 'slots'>,
): readonly Fill[] {
  if (!slots.every(({ slot }) => slot.jsonKey !== undefined || slot.field.nullable)) return []
  return shape.restores.flatMap((name) => {
    const { nullable, type, defaultValue } = fieldNamed(legacy, name)
    return nullable || defaultValue === undefined ? [] : [{ name, type, value: defaultValue }]
  })
}

function isReadSql(slot: Slot, type: ColumnType, target: string): Sql {
  return any([sql`${textSql(slot, target)} IS NULL`, sql`${readSql(slot, type, target)} IS NOT NULL`])
}

function isReadRow(slot: Slot, type: ColumnType, target: Row): boolean {
  return textRow(slot, target) === null || readRow(slot, type, target) !== null
}
