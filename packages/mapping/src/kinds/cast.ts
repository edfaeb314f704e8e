import { typeText } from '../column-type.ts'
import { fit } from '../fit.ts'
import { type Rule, type RuleKind, rule } from '../rule.ts'
import { slotOf } from '../slot.ts'
import { fieldNamed, table } from '../table.ts'
import { copyKind } from './copy.ts'

interface Cast {
  readonly field: string
  readonly slot: string
}

/**
 * Carries a field in a column of another type: a number as text, a text as a date. A value that does not survive the way
 * there and back is refused, never rounded or cut: `'007'` is no integer.
 */
export function cast<const F extends string>(
  field: F,
): Rule<F, F> & { as<const S extends string>(slot: S): Rule<F, S> } {
  const as = <const S extends string>(slot: S) => rule<F, S>('cast', { field, slot })
  return Object.freeze({ ...as(field), as })
}

/** The column converts what does not fit (slot.ts), so that the functions are those of copy. */
export const castKind: RuleKind<Cast> = {
  ...copyKind,
  kind: 'cast',
  check: ({ field, slot: ref }, { legacy, target }) => {
    const from = fieldNamed(legacy, field).type
    const slot = slotOf(target, ref)
    if (slot.jsonKey !== undefined) return [`${ref} takes every type; use copy(…).`]
    if (fit(from, slot.field.type) && fit(slot.field.type, from)) return []
    return [`${typeText(from)} cannot be carried as ${typeText(slot.field.type)}.`]
  },
  doc: () => 'carried in another type; values that do not survive are refused',
  examples: [
    {
      name: 'text to types that are parsed',
      legacy: table(
        'cast_legacy',
        {
          id: 'bigint not null',
          count: 'text',
          amount: 'varchar(20)',
          due: 'text',
          flag: 'text',
          tag: 'text',
        },
        { key: ['id'] },
      ),
      target: table(
        'cast_target',
        {
          id: 'bigint not null',
          count: 'integer',
          amount: 'numeric(8,2)',
          due: 'date',
          flag: 'boolean',
          tag: 'uuid',
        },
        { key: ['id'] },
      ),
      rules: [cast('count'), cast('amount'), cast('due'), cast('flag'), cast('tag')],
    },
    {
      name: 'types to text, renamed, one too short',
      legacy: table(
        'cast_legacy',
        { id: 'bigint not null', count: 'bigint', amount: 'numeric(8,2)', due: 'date', flag: 'boolean' },
        { key: ['id'] },
      ),
      target: table(
        'cast_target',
        { id: 'bigint not null', countText: 'text', amount: 'varchar(6)', due: 'text', flag: 'varchar(5)' },
        { key: ['id'] },
      ),
      rules: [cast('count').as('countText'), cast('amount'), cast('due'), cast('flag')],
    },
  ],
}
