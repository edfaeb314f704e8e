import { type ColumnType, typeText } from './column-type.ts'
import type { Mapping } from './mapping.ts'
import type { Tables } from './rule.ts'
import { fieldNamed, type Table } from './table.ts'

/** The mapping that a reference follows, as data: its name and the types of its keys; null for the mapping that the rule is in. */
export interface Referred {
  readonly name: string
  readonly keys: Keys | null
}

interface Keys {
  readonly legacy: readonly ColumnType[]
  readonly target: readonly ColumnType[]
}

/** A mapping, or `self`, as a reference keeps it. */
export function referredTo(to: Mapping | 'self'): Referred {
  return to === 'self' ? { name: 'self', keys: null } : { name: to.name, keys: keysOf(to) }
}

/** The type of the target keys that a reference becomes. */
export function twinType(to: Referred, tables: Tables): ColumnType {
  return (to.keys ?? keysOf(tables)).target[0] ?? { base: 'text' }
}

/** What keeps a field from referring to rows of that mapping, each as one sentence. */
export function unreferable(field: string, to: Referred, tables: Tables): readonly string[] {
  const { legacy, target } = to.keys ?? keysOf(tables)
  const [key] = legacy
  if (!key || legacy.length !== 1 || target.length !== 1)
    return [`the keys of ${to.name} are of several columns, and a reference holds one value.`]
  const { type } = fieldNamed(tables.legacy, field)
  return type.base === key.base
    ? []
    : [`${field} is ${typeText(type)}, and the key of ${to.name} is ${typeText(key)}.`]
}

function keysOf({ legacy, target }: Tables): Keys {
  const types = (of: Table) => of.key.map((name) => fieldNamed(of, name).type)
  return { legacy: types(legacy), target: types(target) }
}
