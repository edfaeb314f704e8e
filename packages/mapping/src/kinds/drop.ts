import { type Rule, type RuleKind, rule } from '../rule.ts'
import { fieldNamed, table } from '../table.ts'

interface Drop {
  readonly field: string
  readonly reason: string
}

/** Gives a legacy field up by name. It counts as taken care of, is not restored, and its loss shows in every report with the reason. */
export function drop<const F extends string>(field: F, reason: string): Rule<F, never> {
  return rule('drop', { field, reason })
}

export const dropKind: RuleKind<Drop> = {
  kind: 'drop',
  shape: ({ field }, { legacy }) => ({
    reads: [],
    restores: [],
    drops: [fieldNamed(legacy, field).name],
    writes: {},
  }),
  check: ({ field, reason }) => (reason.trim() === '' ? [`say why ${field} can be given up.`] : []),
  forward: () => ({}),
  forwardSql: () => ({}),
  backward: () => ({}),
  backwardSql: () => ({}),
  loss: ({ field, reason }) => ({
    forward: { holds: 'part', why: `${field} is given up: ${reason}` },
    backward: { holds: 'all' },
  }),
  doc: ({ reason }) => `dropped: ${reason}`,
  examples: [
    {
      name: 'a derived column',
      legacy: table('drop_legacy', { id: 'bigint not null', searchVector: 'text' }, { key: ['id'] }),
      target: table('drop_target', { id: 'bigint not null' }, { key: ['id'] }),
      rules: [drop('searchVector', 'derived by a trigger')],
    },
  ],
}
