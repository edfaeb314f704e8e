import type { Mapping } from '../mapping.ts'
import { misfits } from '../misfits.ts'
import { type Referred, referredTo, twinType, unreferable } from '../referred.ts'
import { at, type Rule, type RuleKind, rule } from '../rule.ts'
import { any, sql } from '../sql.ts'
import { table } from '../table.ts'

interface Reference {
  readonly field: string
  readonly slot: string
  readonly to: Referred
}

/**
 * A foreign key of the legacy side becomes the key of the twin: the target row that the other mapping made of the row referred
 * to. `'self'` is the mapping that the rule is in. A row whose
 * referent has no twin yet is written with NULL, and again as soon as it has one.
 */
export function reference<const F extends string>(
  field: F,
  to: Mapping | 'self',
): Rule<F, F> & { as<const S extends string>(slot: S): Rule<F, S> } {
  const as = <const S extends string>(slot: S) =>
    rule<F, S>('reference', { field, slot, to: referredTo(to) }, to === 'self' ? [] : [to])
  return Object.freeze({ ...as(field), as })
}

export const referenceKind: RuleKind<Reference> = {
  kind: 'reference',
  shape: ({ field, slot, to }, tables) => ({
    reads: [field],
    restores: [field],
    references: { [field]: to.name },
    writes: { [slot]: twinType(to, tables) },
  }),
  check: (params, tables) => [
    ...unreferable(params.field, params.to, tables),
    ...misfits(referenceKind.shape(params, tables), tables),
  ],

  forward: ({ field, slot, to }, { [field]: key = null }, scope) => ({
    [slot]: key === null ? null : scope.twin(to.name, key),
  }),
  forwardSql: ({ field, slot, to }, legacy, scope) => ({ [slot]: scope.twin(to.name, at(legacy, field)) }),
  backward: ({ field, slot, to }, { [slot]: key = null }, scope) => ({
    [field]: key === null ? null : scope.original(to.name, key),
  }),
  backwardSql: ({ field, slot, to }, target, scope) => ({
    [field]: scope.original(to.name, at(target, slot)),
  }),

  acceptsBack: {
    fails: () => 'refers to a row that has no legacy original',
    row: ({ slot, to }, { [slot]: key = null }, scope) =>
      key === null || scope.original(to.name, key) !== null,
    sql: ({ slot, to }, target, scope) => {
      const key = at(target, slot)
      return any([sql`${key} IS NULL`, sql`${scope.original(to.name, key)} IS NOT NULL`])
    },
  },
  loss: () => ({ forward: { holds: 'all' }, backward: { holds: 'all' } }),
  doc: ({ to }) => (to.name === 'self' ? 'the twin in this mapping' : `the twin under ${to.name}`),
  examples: ['parent', 'data.parent'].map((slot) => ({
    name: `to the same mapping, ${slot === 'parent' ? 'in a column' : 'in JSON'}`,
    legacy: table('reference_legacy', { id: 'bigint not null', previous: 'bigint' }, { key: ['id'] }),
    target: table(
      'reference_target',
      { id: 'uuid not null', legacyId: 'bigint not null', parent: 'uuid', data: 'jsonb not null default' },
      { key: ['id'], unique: [['legacyId']] },
    ),
    rules: [reference('previous', 'self').as(slot)],
  })),
}
