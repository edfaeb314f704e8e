import { typeText } from '../column-type.ts'
import { isComparable, isValueOf, valueSql } from '../literal-value.ts'
import { misfits } from '../misfits.ts'
import { at, type Rule, type RuleKind, rule, type Shape } from '../rule.ts'
import { all, type Sql, sql } from '../sql.ts'
import { fieldNamed, table } from '../table.ts'
import type { Value } from '../value.ts'

interface WithDefault {
  readonly field: string
  readonly slot: string
  readonly value: Value
  /** A slot that is true where the field was NULL, and empty otherwise. */
  readonly residue: string | null
}

/**
 * Copies a field, NULL as a default. With `residue`, a slot for a flag, NULL comes back as long as the target keeps the default.
 * Shape: the default in the spelling of the field's type: `'0.00'` for numeric(6,2).
 */
export function withDefault<const F extends string, const R extends string = never>(
  field: F,
  value: Value,
  { residue }: { readonly residue?: R } = {},
): Rule<F, F | R> & { as<const S extends string>(slot: S): Rule<F, S | R> } {
  const as = <const S extends string>(slot: S) =>
    rule<F, S | R>('with-default', { field, slot, value, residue: residue ?? null })
  return Object.freeze({ ...as(field), as })
}

export const withDefaultKind: RuleKind<WithDefault> = {
  kind: 'with-default',
  shape: ({ field, slot, residue }, { legacy }) => ({
    reads: [field],
    restores: [field],
    writes: {
      [slot]: fieldNamed(legacy, field).type,
      ...(residue ? { [residue]: { base: 'boolean' } } : {}),
    },
  }),
  check: (params, tables) => {
    const { field, value, residue } = params
    const { type } = fieldNamed(tables.legacy, field)
    const fits = value !== null && isValueOf(type, value)
    return [
      ...(residue && !isComparable(type)
        ? [`${typeText(type)} cannot be compared with its default; leave the residue out.`]
        : []),
      ...(fits ? [] : [`${JSON.stringify(value)} is no value of ${field}, in PostgreSQL's spelling.`]),
      ...misfits(withDefaultKind.shape(params, tables), tables),
    ]
  },

  forward: ({ field, slot, value, residue }, { [field]: given = null }) => ({
    [slot]: given ?? value,
    ...(residue ? { [residue]: given === null ? true : null } : {}),
  }),
  forwardSql: ({ field, slot, value, residue }, legacy, _scope, shape) => {
    const given = at(legacy, field)
    return {
      [slot]: sql`coalesce(${given}, ${defaultSql(slot, value, shape)})`,
      ...(residue ? { [residue]: sql`CASE WHEN ${given} IS NULL THEN TRUE END` } : {}),
    }
  },

  backward: ({ field, slot, value, residue }, { [slot]: given = null, ...target }) => {
    const wasNull = residue !== null && target[residue] === true
    return { [field]: wasNull && JSON.stringify(given) === JSON.stringify(value) ? null : given }
  },
  backwardSql: ({ field, slot, value, residue }, target, _scope, shape) => {
    const given = at(target, slot)
    if (!residue) return { [field]: given }
    const wasNull = all([at(target, residue), sql`${given} = ${defaultSql(slot, value, shape)}`])
    return { [field]: sql`CASE WHEN ${wasNull} THEN NULL ELSE ${given} END` }
  },

  loss: ({ field, value, residue }) => ({
    forward: residue
      ? { holds: 'residue', in: [residue] }
      : { holds: 'part', why: `${field} NULL becomes ${JSON.stringify(value)}` },
    backward: {
      holds: 'part',
      why: `NULL reads as NULL, which ${field} says with the default${residue ? `; ${residue} may be stale` : ''}`,
    },
  }),
  doc: ({ value, residue }) =>
    `NULL becomes ${JSON.stringify(value)}${residue ? `; that it was NULL is kept in ${residue}` : ''}`,
  inputs: ({ field, slot, value, residue }) => ({
    legacy: { [field]: [value] },
    target: { [slot]: [value], ...(residue ? { [residue]: [true, false] } : {}) },
  }),
  examples: [
    example(
      'without residue',
      withDefault('title', 'none'),
      withDefault('hours', '0.00').as('data.hours'),
      withDefault('done', false),
    ),
    example(
      'with residue',
      withDefault('title', 'none', { residue: 'data.title_was_null' }),
      withDefault('hours', '0.00', { residue: 'data.hours_were_null' }),
      withDefault('done', false, { residue: 'data.done_was_null' }).as('data.done'),
    ),
  ],
}

function defaultSql(slot: string, value: Value, { writes }: Shape): Sql {
  return valueSql(value, writes[slot] ?? { base: 'text' })
}

function example(name: string, ...rules: readonly Rule[]) {
  const fields = { id: 'bigint not null', title: 'varchar(20)', hours: 'numeric(6,2)', done: 'boolean' }
  return {
    name,
    legacy: table('with_default_legacy', fields, { key: ['id'] }),
    target: table('with_default_target', { ...fields, data: 'jsonb not null default' }, { key: ['id'] }),
    rules,
  }
}
