import type { ColumnType } from './column-type.ts'
import { fit } from './fit.ts'
import type { Mapping, ResolvedRule } from './mapping.ts'
import { isInPlace, isSharedField, isSharedSlot } from './in-place.ts'
import { filledSql } from './legacy-default.ts'
import { at, type SqlRow, type SqlScope } from './rule.ts'
import { jsonValueSql } from './json.ts'
import { fitsSql, readSql, type Slot, slotOf, storedSql, throughSql, writeSql } from './slot.ts'
import { all, any, differs, ident, join, literal, type Sql, same, sql } from './sql.ts'
import { fieldNamed } from './table.ts'

/** Which way a mapping is used. forward: legacy → target; backward: target → legacy. */
export type Direction = 'forward' | 'backward'

/** The aliases under which the two rows stand in a statement, and how references are answered there. */
export interface Frame {
  readonly legacy: string
  readonly target: string
  readonly scope: SqlScope
  /** How a slot of the target is read, where a statement has a shorter way: `readSql` unless given. */
  readonly read?: (slot: Slot, type: ColumnType) => Sql
}

/** Why a rule cannot map a row. `when` is TRUE for such rows and never NULL. */
export interface Refusal {
  readonly field: string
  readonly why: string
  readonly when: Sql
}

/** One rule as SQL in one direction: what it writes, and when the two sides agree. */
export interface CompiledRule {
  readonly resolved: ResolvedRule
  readonly writes: readonly {
    readonly slot: Slot
    /** The type that the rule speaks; in JSON the column's type says nothing. */
    readonly type: ColumnType
    /** The value in the form in which the slot stores it. */
    readonly value: Sql
    /** For a slot in JSON the value of which `jsonb_build_object` makes that form, otherwise the same. */
    readonly bare: Sql
    /** TRUE where the replica says something else in this slot. */
    readonly differs: Sql
  }[]
  /** TRUE where the replica says something else than this rule makes of the authority. */
  readonly differs: Sql
  /**
   * TRUE where the replica, read under the other direction, gives what the authority has: it holds a value of which the
   * authority's shape knows only the reading. Absent where the rule leaves no room for such values.
   */
  readonly held: Sql | undefined
  readonly refusals: readonly Refusal[]
}

/** Compiles every rule of a mapping for statements in which both rows are joined under the frame's aliases. */
export function compileRules(mapping: Mapping, direction: Direction, frame: Frame): readonly CompiledRule[] {
  return mapping.rules.map((resolved) => compileRule(mapping, resolved, direction, frame))
}

interface Place {
  readonly slot: Slot
  readonly type: ColumnType
}

function compileRule(
  mapping: Mapping,
  resolved: ResolvedRule,
  direction: Direction,
  frame: Frame,
): CompiledRule {
  const replica = direction === 'forward' ? frame.target : frame.legacy
  const made = valuesSql(mapping, resolved, direction, frame)
  const places = placesOf(mapping, resolved, direction)
  const writes = places.map(({ slot, type }) => {
    const value = writeSql(slot, type, at(made, slot.ref))
    const bare = slot.jsonKey === undefined ? value : jsonValueSql(at(made, slot.ref), type)
    return { slot, type, value, bare, differs: compared(differs, slot, storedSql(slot, replica), value) }
  })
  return {
    resolved,
    writes,
    differs: any(writes.map((each) => each.differs)),
    // Only where it is asked for, since compiling it may add joins to the frame.
    get held() {
      return heldSql(mapping, resolved, direction, frame)
    },
    refusals: refusalsOf(mapping, resolved, direction, frame, made),
  }
}

function heldSql(
  mapping: Mapping,
  resolved: ResolvedRule,
  direction: Direction,
  frame: Frame,
): Sql | undefined {
  const reverse = direction === 'forward' ? 'backward' : 'forward'
  const authority = direction === 'forward' ? frame.legacy : frame.target
  const sources = placesOf(mapping, resolved, reverse)
  if (resolved.loss[reverse].holds !== 'part' || sources.length === 0) return undefined
  const readings = valuesSql(mapping, resolved, reverse, frame)
  const agreements = sources.map(({ slot, type }) =>
    compared(same, slot, storedSql(slot, authority), writeSql(slot, type, at(readings, slot.ref))),
  )
  // What has no reading reads as NULL, which is not the same as agreeing with a NULL.
  const unread = refusalsOf(mapping, resolved, reverse, frame, readings).map(({ when }) => when)
  // A row in place is there before its new columns are filled: as long as they are empty they hold nothing.
  if (direction === 'forward' && isInPlace(mapping))
    unread.push(
      all(
        placesOf(mapping, resolved, direction).map(
          ({ slot }) => sql`${storedSql(slot, frame.target)} IS NULL`,
        ),
      ),
    )
  return sql`CASE WHEN ${any(unread)} THEN FALSE ELSE ${all(agreements)} END`
}

/** What a rule makes of the authority's row, in the rule's own types, by slot; on the way back with the legacy table's defaults. */
export function valuesSql(
  mapping: Mapping,
  resolved: ResolvedRule,
  direction: Direction,
  frame: Frame,
): SqlRow {
  const { rule, kind, shape } = resolved
  const make = direction === 'forward' ? kind.forwardSql : kind.backwardSql
  const given = givenSql(mapping, resolved, direction, frame)
  const made = make.call(kind, rule.params, given, frame.scope, shape)
  return direction === 'forward' ? made : filledSql(mapping.legacy, resolved, frame.target, given, made)
}

/** What a rule takes, in the rule's own types, by slot. */
export function givenSql(
  mapping: Mapping,
  { shape, slots, takes }: ResolvedRule,
  direction: Direction,
  frame: Frame,
): SqlRow {
  const read = frame.read ?? ((slot, type) => readSql(slot, type, frame.target))
  if (direction === 'backward')
    return Object.fromEntries([...slots, ...takes].map(({ slot, type }) => [slot.ref, read(slot, type)]))
  return Object.fromEntries(
    shape.reads.map((name) => [name, ident(frame.legacy, fieldNamed(mapping.legacy, name).column)]),
  )
}

/** Where a rule writes in that direction. A column that both sides share is there already. */
function placesOf(mapping: Mapping, resolved: ResolvedRule, direction: Direction): readonly Place[] {
  if (direction === 'forward')
    return resolved.slots.filter(({ slot }) => !isSharedSlot(mapping, resolved, slot))
  const restored = resolved.shape.restores.filter((name) => !isSharedField(mapping, resolved, name))
  return restored.map((name) => {
    const slot = slotOf(mapping.legacy, name)
    return { slot, type: slot.field.type }
  })
}

function refusalsOf(
  mapping: Mapping,
  resolved: ResolvedRule,
  direction: Direction,
  frame: Frame,
  made: SqlRow,
): readonly Refusal[] {
  const { rule, kind, label } = resolved
  const given = givenSql(mapping, resolved, direction, frame)
  const acceptance = direction === 'forward' ? kind.accepts : kind.acceptsBack
  const refusals: Refusal[] = []
  if (acceptance)
    refusals.push({
      field: label,
      why: acceptance.fails(rule.params),
      when: sql`(${acceptance.sql(rule.params, given, frame.scope, resolved.shape)}) IS NOT TRUE`,
    })
  if (direction === 'backward') refusals.push(...unreadable(resolved, frame))
  for (const { slot, type } of placesOf(mapping, resolved, direction)) {
    const value = at(made, slot.ref)
    const fits = fitsSql(slot, type, value)
    if (fits)
      refusals.push({
        field: slot.ref,
        why: 'does not fit into its column',
        when: sql`(${fits}) IS NOT TRUE`,
      })
    const outside = outsideSql(mapping, resolved, direction, slot, value)
    if (outside)
      refusals.push({
        field: slot.ref,
        why: 'would leave the rows that the mapping speaks of',
        when: outside,
      })
    if (mayBeNull(mapping, resolved, direction) && slot.jsonKey === undefined && !slot.field.nullable)
      refusals.push({
        field: slot.ref,
        why: 'would be NULL in a column that is NOT NULL',
        when: sql`(${value}) IS NULL`,
      })
  }
  return refusals
}

/** Whether the value is one that the replica's `where` leaves out: such a row would not be found again, and be made anew. */
function outsideSql(
  { legacy, target }: Mapping,
  { shape }: ResolvedRule,
  direction: Direction,
  slot: Slot,
  value: Sql,
): Sql | undefined {
  const values = (direction === 'forward' ? target : legacy).where[slot.ref]
  if (values === undefined || shape.reads.length === 0) return undefined
  return sql`(${value} IN (${join(values.map((each) => literal(each)))})) IS NOT TRUE`
}

/** Target columns that are wider than the rule's type: what does not fit would be read as NULL. */
function unreadable({ slots }: ResolvedRule, frame: Frame): readonly Refusal[] {
  return slots.flatMap(({ slot, type }) => {
    const accepts = slot.jsonKey === undefined ? fit(slot.field.type, type)?.accepts : undefined
    if (!accepts) return []
    const when = sql`(${accepts.sql(storedSql(slot, frame.target))}) IS NOT TRUE`
    return [{ field: slot.ref, why: 'does not fit into the legacy column', when }]
  })
}

function mayBeNull(mapping: Mapping, { shape, slots }: ResolvedRule, direction: Direction): boolean {
  if (direction === 'backward')
    return slots.some(({ slot }) => slot.jsonKey !== undefined || slot.field.nullable)
  // A row that is referred to need not have its twin yet, or be there at all.
  if (Object.keys(shape.references ?? {}).length > 0) return true
  return shape.reads.some((name) => fieldNamed(mapping.legacy, name).nullable)
}

/** PostgreSQL has no equality for json: compare as jsonb, and as text what jsonb cannot hold. */
export function compared(how: (left: Sql, right: Sql) => Sql, slot: Slot, left: Sql, right: Sql): Sql {
  if (slot.jsonKey !== undefined || slot.field.type.base !== 'json') return how(left, right)
  const { accepts } = fit({ base: 'json' }, { base: 'jsonb' }) ?? {}
  const asJsonb = how(sql`(${left})::jsonb`, sql`(${right})::jsonb`)
  if (!accepts) return asJsonb
  const asText = how(sql`(${left})::text`, sql`(${right})::text`)
  return sql`CASE WHEN ${accepts.sql(left)} AND ${accepts.sql(right)} THEN ${asJsonb} ELSE ${asText} END`
}

/**
 * What a legacy row would read as after the way there and back, by legacy field, without writing anything:
 * the forward expressions put into the backward ones.
 */
export function thereAndBackSql(mapping: Mapping, resolved: ResolvedRule, frame: Frame): SqlRow {
  const { rule, kind, shape, slots, takes } = resolved
  const givers = mapping.rules.filter((each) => takes.some(({ slot }) => slot.ref in each.shape.writes))
  const made = Object.assign(
    {},
    ...[...givers, resolved].map((each) => valuesSql(mapping, each, 'forward', frame)),
  ) as SqlRow // an object of the objects
  const stored = Object.fromEntries(
    [...slots, ...takes].map(({ slot, type }) => [slot.ref, throughSql(slot, type, at(made, slot.ref))]),
  )
  return kind.backwardSql(rule.params, stored, frame.scope, shape)
}
