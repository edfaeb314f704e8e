import { isText } from '../column-type.ts'
import { at, type Rule, type RuleKind, rule } from '../rule.ts'
import { literal, sql } from '../sql.ts'
import { fieldNamed, table } from '../table.ts'

interface Refuse {
  readonly field: string
  readonly value: string
  readonly because: string
}

/**
 * Refuses rows in which a text field has this value, and says why: the end of a sentence about the row. It gives nothing
 * back: what the field says is restored or dropped by another rule.
 */
export function refuse<const F extends string>(field: F, value: string, because: string): Rule<never, never> {
  return rule('refuse', { field, value, because })
}

export const refuseKind: RuleKind<Refuse> = {
  kind: 'refuse',
  shape: ({ field }) => ({ reads: [field], restores: [], writes: {} }),
  check: ({ field, because }, { legacy }) => [
    ...(isText(fieldNamed(legacy, field).type) ? [] : [`${field} is no text.`]),
    ...(because.trim() === '' ? [`say why rows with that value in ${field} are refused.`] : []),
  ],
  forward: () => ({}),
  forwardSql: () => ({}),
  backward: () => ({}),
  backwardSql: () => ({}),
  accepts: {
    fails: ({ because }) => because,
    row: ({ field, value }, { [field]: found }) => found !== value,
    sql: ({ field, value }, legacy) => sql`${at(legacy, field)} IS DISTINCT FROM ${literal(value)}`,
  },
  loss: () => ({ forward: { holds: 'all' }, backward: { holds: 'all' } }),
  doc: ({ value, because }) => `refused where it is ${JSON.stringify(value)}: ${because}`,
  inputs: ({ field, value }) => ({ legacy: { [field]: [value, `${value} `] } }),
  examples: [
    {
      name: 'one of several values',
      legacy: table('refuse_legacy', { id: 'bigint not null', problem: 'text' }, { key: ['id'] }),
      target: table('refuse_target', { id: 'bigint not null' }, { key: ['id'] }),
      rules: [refuse('problem', "it's broken", 'is broken'), refuse('problem', '', 'says nothing')],
    },
  ],
}
