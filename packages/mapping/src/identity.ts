import { type BaseType, typeText } from './column-type.ts'
import { errors } from './errors.ts'
import { fit } from './fit.ts'
import type { Tables } from './rule.ts'
import { type Slot, slotOf } from './slot.ts'
import { ident, literal, type Sql, sql } from './sql.ts'
import { type Field, fieldNamed } from './table.ts'

/** How a target row knows its legacy key: the slots that hold it, one for each key column, in the same order. */
export interface Identity {
  readonly kind: 'storedIn' | 'sameKey'
  readonly slots: readonly string[]
}

/** The target keeps the legacy key in a column or JSON key of its own. In JSON it is a string; dates, times with a date and floats need a column. */
export function storedIn(...slots: readonly string[]): Identity {
  return Object.freeze({ kind: 'storedIn', slots: Object.freeze([...slots]) })
}

/** The target row has the legacy row's key as its own. The slots are the target's key columns. */
export function sameKey(...slots: readonly string[]): Identity {
  return Object.freeze({ kind: 'sameKey', slots: Object.freeze([...slots]) })
}

interface Identified extends Tables {
  readonly name: string
  readonly identity: Identity
}

/** Key columns of the legacy side beside the slots of the target side that hold them. */
export function keyPairs(mapping: Identified): readonly { readonly field: Field; readonly slot: Slot }[] {
  return mapping.legacy.key.map((name, index) => ({
    field: fieldNamed(mapping.legacy, name),
    slot: slotOf(mapping.target, mapping.identity.slots[index] ?? ''),
  }))
}

/** Types whose text follows settings of the session: two sessions would make two rows of one such key. */
const spelledBySession: readonly BaseType[] = ['date', 'timestamp', 'timestamptz', 'real', 'double precision']

/** Errors: MAPPING.IDENTITY_MISFIT, KEY_NULLABLE, FIELD_UNKNOWN. */
export function identityFits(mapping: Identified): void {
  const { legacy, target, identity, name } = mapping
  const misfit = () =>
    errors.IDENTITY_MISFIT({
      mapping: name,
      key: legacy.key.join(', '),
      identity: `${identity.kind}(${identity.slots.join(', ')})`,
    })
  if (identity.slots.length !== legacy.key.length) throw misfit()
  for (const { field, slot } of keyPairs(mapping)) {
    if (field.nullable) throw errors.KEY_NULLABLE({ table: legacy.name, field: field.name })
    if (slot.jsonKey === undefined && typeText(slot.field.type) !== typeText(field.type)) throw misfit()
    if (slot.jsonKey !== undefined && slot.field.type.base !== 'jsonb') throw misfit()
    if (slot.jsonKey !== undefined && spelledBySession.includes(field.type.base)) throw misfit()
    if (identity.kind === 'sameKey' && !target.key.includes(slot.ref)) throw misfit()
  }
}

/** The identity of a target row in the form that its unique index has: a column, or the text under a JSON key. */
export function identitySql(slot: Slot, alias: string): Sql {
  const column = ident(alias, slot.field.column)
  return slot.jsonKey === undefined ? column : sql`(${column} ->> ${literal(slot.jsonKey)})`
}

/** A legacy key value in the form that {@link identitySql} can be compared with. */
export function identityForm(slot: Slot, key: Sql): Sql {
  return slot.jsonKey === undefined ? key : sql`(${key})::text`
}

/** The identity of a target row as a value of the legacy key's type. Text that is no such key is NULL. */
export function keyOfIdentity(pair: { readonly field: Field; readonly slot: Slot }, alias: string): Sql {
  const stored = identitySql(pair.slot, alias)
  if (pair.slot.jsonKey === undefined) return stored
  return fit({ base: 'text' }, pair.field.type)?.sql(stored) ?? sql`NULL`
}
