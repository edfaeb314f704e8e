import type { Failure } from '@changeover/errors'
import { typeText } from './column-type.ts'
import { errors } from './errors.ts'
import { type Identity, keyPairs } from './identity.ts'
import type { ResolvedRule } from './mapping.ts'
import type { Tables } from './rule.ts'
import { tableSql } from './scope.ts'
import type { Slot } from './slot.ts'
import { fieldNamed } from './table.ts'

interface Placed extends Tables {
  readonly identity: Identity
}

/**
 * Whether both sides are one table, in which old and new columns stand side by side. A row is then its own twin: nothing is
 * inserted or deleted, and a sync is an update of the same row.
 */
export function isInPlace({ legacy, target, identity }: Placed): boolean {
  return identity.kind === 'sameKey' && tableSql(legacy).text === tableSql(target).text
}

/** Whether the slot is the very column of the legacy field that it holds as it is: there is nothing to write forward. */
export function isSharedSlot(mapping: Placed, { shape }: Pick<ResolvedRule, 'shape'>, slot: Slot): boolean {
  const held = shape.same?.[slot.ref]
  return (
    held !== undefined &&
    isInPlace(mapping) &&
    slot.jsonKey === undefined &&
    fieldNamed(mapping.legacy, held).column === slot.field.column
  )
}

/** Whether the legacy field is given back from its own column alone: there is nothing to write backward. */
export function isSharedField(mapping: Placed, resolved: ResolvedRule, name: string): boolean {
  const [only, ...others] = resolved.slots
  return (
    only !== undefined &&
    others.length === 0 &&
    resolved.shape.same?.[only.slot.ref] === name &&
    isSharedSlot(mapping, resolved, only.slot)
  )
}

interface Checked extends Placed {
  readonly name: string
  readonly rules: readonly ResolvedRule[]
}

/** What makes a mapping in place unsound: the two descriptions disagree, or a rule would write over what legacy reads. */
export function inPlaceProblems(mapping: Checked): readonly Failure[] {
  if (!isInPlace(mapping)) return []
  const { name, legacy, target } = mapping
  const failure = (rule: string, why: string) => errors.RULE_MISFIT({ mapping: name, rule, why })
  const shared = Object.values(target.fields).flatMap((field) => {
    const twin = Object.values(legacy.fields).find(({ column }) => column === field.column)
    return twin ? [{ field, twin }] : []
  })
  const unlike = shared
    .filter(
      ({ field, twin }) => typeText(field.type) !== typeText(twin.type) || field.nullable !== twin.nullable,
    )
    .map(({ field }) => failure(`column ${field.column}`, 'both sides describe it, and not alike.'))
  const moved = keyPairs(mapping)
    .filter(({ field, slot }) => slot.field.column !== field.column)
    .map(({ field }) => failure('identity', `the key ${field.name} must be one column on both sides.`))
  const scopes = [legacy, target].map(({ where, fields }) =>
    JSON.stringify(Object.entries(where).map(([field, values]) => [fields[field]?.column, values])),
  )
  const scoped = scopes[0] === scopes[1] ? [] : [failure('where', 'both sides must speak of the same rows.')]
  const overwritten = mapping.rules.flatMap((resolved) =>
    resolved.slots
      .filter(({ slot }) => shared.some(({ field }) => field.column === slot.field.column))
      .filter(({ slot }) => !isSharedSlot(mapping, resolved, slot))
      .map(({ slot }) =>
        failure(resolved.label, `${slot.ref} is a column of legacy too, and must be kept as it is.`),
      ),
  )
  return [...unlike, ...moved, ...scoped, ...overwritten]
}
