import { fit } from '../fit.ts'
import { isValueOf, typeOfValue, valueSql } from '../literal-value.ts'
import { misfits } from '../misfits.ts'
import { type Rule, type RuleKind, rule } from '../rule.ts'
import { slotOf } from '../slot.ts'
import { table } from '../table.ts'
import type { Value } from '../value.ts'

interface Constant {
  readonly slot: string
  readonly value: Value
}

/**
 * Writes always the same, and reads nothing. A target row with another value is none that the legacy side can hold.
 * Shape: text, true and false, numbers, JSON objects and lists, or null; what a number cannot hold exactly is given as text.
 */
export function constant<const S extends string>(slot: S, value: Value): Rule<never, S> {
  return rule('constant', { slot, value })
}

export const constantKind: RuleKind<Constant> = {
  kind: 'constant',
  shape: ({ slot, value }) => ({ reads: [], restores: [], writes: { [slot]: typeOfValue(value) } }),
  check: ({ slot: ref, value }, { target }) => {
    const type = typeOfValue(value)
    const slot = slotOf(target, ref)
    const wrong = misfits({ writes: { [ref]: type } }, { target })
    if (wrong.length > 0 || slot.jsonKey !== undefined || value === null) return wrong
    const fits = fit(type, slot.field.type)?.accepts?.row(value) ?? isValueOf(type, value)
    return fits ? [] : [`${ref} cannot hold ${JSON.stringify(value)}.`]
  },
  forward: ({ slot, value }) => ({ [slot]: value }),
  forwardSql: ({ slot, value }) => ({ [slot]: valueSql(value, typeOfValue(value)) }),
  backward: () => ({}),
  backwardSql: () => ({}),
  loss: ({ value }) => ({
    forward: { holds: 'all' },
    backward: { holds: 'part', why: `only ${JSON.stringify(value)} is known to the legacy side` },
  }),
  doc: ({ value }) => `always ${JSON.stringify(value)}`,
  inputs: ({ slot, value }) => ({ target: { [slot]: [value] } }),
  examples: [
    {
      name: 'of each type, as columns and in JSON',
      legacy: table('constant_legacy', { id: 'bigint not null' }, { key: ['id'] }),
      target: table(
        'constant_target',
        {
          id: 'bigint not null',
          kind: 'varchar(20) not null',
          rank: 'smallint not null',
          visible: 'boolean not null',
          tag: 'uuid',
          amount: 'numeric(8,2)',
          parent: 'uuid',
          data: 'jsonb not null default',
          history: 'jsonb not null',
        },
        { key: ['id'] },
      ),
      rules: [
        constant('kind', "it's a \\ task"),
        constant('rank', -1),
        constant('visible', true),
        constant('tag', '00000000-0000-0000-0000-000000000001'),
        constant('amount', '1.50'),
        constant('parent', null),
        constant('history', []),
        constant('data.kind', 'task'),
        constant('data.share', 0.5),
        constant('data.options', { list: [1, null] }),
      ],
    },
  ],
}
