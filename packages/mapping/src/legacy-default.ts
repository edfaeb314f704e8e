import { valueSql } from './literal-value.ts'
import type { ResolvedRule } from './mapping.ts'
import { at, type Loss, type Row, type Shape, type SqlRow } from './rule.ts'
import { readRow, type Slot, textRow, textSql } from './slot.ts'
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

/**
 * What a rule gives back, where it gives NULL: the legacy table's own default, unless something unreadable stands in its slots.
 * `read` holds what was read of each slot, and `made` what the rule made of that.
 */
export function filledSql(legacy: Table, places: Places, target: string, read: SqlRow, made: SqlRow): SqlRow {
  const fills = fillsOf(legacy, places)
  const inJson = places.slots.filter(({ slot }) => slot.jsonKey !== undefined)
  const filled = fills.map(({ name, type, value }): readonly [string, Sql] => {
    const given = at(made, name)
    const silent = inJson.map(({ slot }) => isSilentSql(slot, target, at(read, slot.ref), given))
    const fill = valueSql(value, type)
    const when = silent.length === 0 ? fill : sql`CASE WHEN ${all(silent)} THEN ${fill} END`
    return [name, sql`COALESCE(${given}, ${when})`]
  })
  return { ...made, ...Object.fromEntries(filled) }
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

/** Whether a slot says nothing, or something readable. Where what was read is what is given, that is known to be NULL. */
function isSilentSql(slot: Slot, target: string, read: Sql, given: Sql): Sql {
  const isAbsent = sql`${textSql(slot, target)} IS NULL`
  return read.text === given.text ? isAbsent : any([isAbsent, sql`${read} IS NOT NULL`])
}

function isReadRow(slot: Slot, type: ColumnType, target: Row): boolean {
  return textRow(slot, target) === null || readRow(slot, type, target) !== null
}
