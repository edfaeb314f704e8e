import type { ColumnType } from './column-type.ts'
import { errors } from './errors.ts'
import { fit } from './fit.ts'
import { keyPairs } from './identity.ts'
import { filledRow } from './legacy-default.ts'
import type { Mapping, ResolvedRule } from './mapping.ts'
import type { Row, RowScope } from './rule.ts'
import { fitsRow, readRow, readsRow, type Slot, slotOf, writeRow } from './slot.ts'
import type { Json, Value } from './value.ts'

/**
 * The target row that a mapping makes of a legacy row, by field name.
 * Shape: only fields that the mapping writes; JSON columns keep the keys of `current` that no rule writes.
 *
 * Errors: MAPPING.ROW_REFUSED with the rule and the reason.
 */
export function toTarget(mapping: Mapping, legacy: Row, scope: RowScope, current: Row = {}): Row {
  const made: Record<string, Value> = {}
  for (const { field, slot } of keyPairs(mapping)) {
    const key = legacy[field.name] ?? null
    place(made, current, slot, slot.jsonKey === undefined ? key : String(key))
  }
  for (const resolved of mapping.rules) {
    const { rule, kind, shape, slots } = resolved
    if (kind.accepts?.row(rule.params, legacy, scope, shape) === false)
      throw refused(mapping, resolved, legacy, kind.accepts.fails(rule.params))
    const values = kind.forward(rule.params, legacy, scope, shape)
    for (const { slot, type } of slots) {
      const value = values[slot.ref] ?? null
      if (!fitsRow(slot, type, value))
        throw refused(mapping, resolved, legacy, 'does not fit into its column')
      if (isMissing(slot, value))
        throw refused(mapping, resolved, legacy, 'would be NULL in a column that is NOT NULL')
      place(made, current, slot, writeRow(slot, type, value))
    }
  }
  return made
}

/**
 * The legacy row that a target row reads as, by field name, with its key.
 * Shape: fields that a rule drops are absent; one that the target says nothing of has the legacy table's default.
 *
 * Errors: MAPPING.ROW_REFUSED.
 */
export function toLegacy(mapping: Mapping, target: Row, scope: RowScope): Row {
  const made: Record<string, Value> = {}
  for (const { field, slot } of keyPairs(mapping)) made[field.name] = keyOf(slot, field.type, target)
  for (const resolved of mapping.rules) {
    const { rule, kind, shape, slots, takes } = resolved
    if (!slots.every(({ slot, type }) => readsRow(slot, type, target)))
      throw refused(mapping, resolved, made, 'does not fit into the legacy column')
    const given = Object.fromEntries(
      [...slots, ...takes].map(({ slot, type }) => [slot.ref, readRow(slot, type, target)]),
    )
    if (kind.acceptsBack?.row(rule.params, given, scope, shape) === false)
      throw refused(mapping, resolved, made, kind.acceptsBack.fails(rule.params))
    const values = filledRow(
      mapping.legacy,
      resolved,
      target,
      kind.backward(rule.params, given, scope, shape),
    )
    for (const name of shape.restores) {
      if (isMissing(slotOf(mapping.legacy, name), values[name] ?? null))
        throw refused(mapping, resolved, made, 'would be NULL in a column that is NOT NULL')
      made[name] = values[name] ?? null
    }
  }
  return made
}

/** The identity in JSON is text, whatever the type of the key; text that is no such key reads as null. */
function keyOf(slot: Slot, type: ColumnType, target: Row): Value {
  if (slot.jsonKey === undefined) return readRow(slot, type, target)
  const text = readRow(slot, { base: 'text' }, target)
  return text === null ? null : (fit({ base: 'text' }, type)?.row(text) ?? null)
}

function isMissing({ field, jsonKey }: Slot, value: Value): boolean {
  return value === null && jsonKey === undefined && !field.nullable
}

function place(made: Record<string, Value>, current: Row, slot: Slot, value: Value | undefined): void {
  const { name } = slot.field
  if (slot.jsonKey === undefined) {
    made[name] = value ?? null
    return
  }
  const before = (made[name] ?? current[name] ?? {}) as { readonly [key: string]: Json } // JSON columns with slots hold objects
  const { [slot.jsonKey]: _replaced, ...rest } = before
  made[name] = value === undefined ? rest : { ...rest, [slot.jsonKey]: value }
}

function refused(mapping: Mapping, { label }: ResolvedRule, row: Row, why: string) {
  const key = mapping.legacy.key.map((name) => String(row[name] ?? null)).join(', ')
  return errors.ROW_REFUSED({ mapping: mapping.name, rule: label, why, key })
}
