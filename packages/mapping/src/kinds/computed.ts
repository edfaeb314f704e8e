import {
  coalesce,
  concat,
  type Expression,
  expressionSql,
  field,
  fieldsOf,
  illTyped,
  typeOfExpression,
  value,
  valueOf,
  whenEqual,
  whenNull,
} from '../expression.ts'
import { misfits } from '../misfits.ts'
import { type Rule, type RuleKind, rule } from '../rule.ts'
import { sql } from '../sql.ts'
import { table } from '../table.ts'

interface Computed {
  readonly slot: string
  readonly expression: Expression
}

/**
 * Writes what an expression gives: `computed('workType', whenNull('recurrenceParent', value('task'), value('subtask')))`.
 * One-way: the fields that it reads are given back by other rules, and a change on the target side is overwritten.
 */
export function computed<const S extends string>(slot: S, expression: Expression): Rule<never, S> {
  return rule('computed', { slot, expression })
}

export const computedKind: RuleKind<Computed> = {
  kind: 'computed',
  shape: ({ slot, expression }, { legacy }) => ({
    reads: fieldsOf(expression),
    restores: [],
    writes: { [slot]: typeOfExpression(expression, legacy) ?? { base: 'text' } },
  }),
  check: (params, tables) => [
    ...illTyped(params.expression, tables.legacy),
    ...misfits(computedKind.shape(params, tables), tables),
  ],
  forward: ({ slot, expression }, legacy) => ({ [slot]: valueOf(expression, legacy) }),
  forwardSql: ({ slot, expression }, legacy) => {
    const isNull = 'value' in expression && expression.value === null
    return { [slot]: isNull ? sql`NULL::text` : expressionSql(expression, legacy) }
  },
  backward: () => ({}),
  backwardSql: () => ({}),
  loss: ({ slot, expression }) => ({
    forward: { holds: 'all' },
    backward: { holds: 'part', why: `${slot} follows ${fieldsOf(expression).join(', ')}` },
  }),
  doc: ({ expression }) => shown(expression),
  inputs: ({ expression }) => ({ legacy: asked(expression) }),
  examples: [
    {
      name: 'each form',
      legacy: table(
        'computed_legacy',
        {
          id: 'bigint not null',
          parent: 'bigint',
          kind: 'varchar(20)',
          first: 'text',
          last: 'varchar(20)',
          rank: 'integer',
          done: 'boolean',
        },
        { key: ['id'] },
      ),
      target: table(
        'computed_target',
        {
          id: 'bigint not null',
          workType: 'varchar(20)',
          related: 'bigint',
          name: 'text',
          rank: 'smallint',
          data: 'jsonb not null default',
        },
        { key: ['id'] },
      ),
      rules: [
        computed('workType', whenNull('parent', value('task'), value('subtask'))),
        computed('related', whenEqual('kind', 'project', field('parent'), value(null))),
        computed('name', concat(field('first'), value(' '), coalesce(field('last'), value("O'Neil \\")))),
        computed('rank', coalesce(field('rank'), value(-1))),
        computed('data.done', coalesce(value(null), field('done'), value(false))),
        computed('data.share', whenEqual('done', true, value(1.5), value(0.5))),
        computed('data.nothing', value(null)),
      ],
    },
  ],
}

function shown(expression: Expression): string {
  if ('field' in expression) return expression.field
  if ('value' in expression) return JSON.stringify(expression.value)
  if ('coalesce' in expression) return expression.coalesce.map(shown).join(', else ')
  if ('concat' in expression) return expression.concat.map(shown).join(' + ')
  const when =
    'whenNull' in expression
      ? `${expression.whenNull} is NULL`
      : `${expression.whenEqual} = ${JSON.stringify(expression.to)}`
  return `${shown(expression.then)} where ${when}, otherwise ${shown(expression.otherwise)}`
}

function asked(expression: Expression): Readonly<Record<string, readonly (string | number | boolean)[]>> {
  if (!('then' in expression)) return {}
  const own = 'whenEqual' in expression ? { [expression.whenEqual]: [expression.to] } : {}
  return { ...asked(expression.then), ...asked(expression.otherwise), ...own }
}
