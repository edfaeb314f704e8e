import {
  casesShown,
  type Decision,
  decided,
  decidedSql,
  type Kept,
  outcomes,
  readingOf,
  readingSql,
  unheld,
} from '../decision.ts'
import { unsound, valuesOf } from '../decision-check.ts'
import { misfits } from '../misfits.ts'
import { at, type Rule, type RuleKind, rule, type Shape } from '../rule.ts'
import { join, literal, sql } from '../sql.ts'
import { fieldNamed, table } from '../table.ts'

interface DecideShape extends Shape {
  /** Fields that are NOT NULL: a residue without them is incomplete. */
  readonly required: readonly string[]
}

/**
 * Several legacy fields decide one target field. The residue gives the fields back exactly as long as it decides to the
 * target's value; after a change on the target side the readings in `backward` do, over what the residue still says.
 */
export function decide<const F extends string, const S extends string, const R extends Kept<F>>(
  decision: Decision<F, S, R>,
): Rule<F, S | R[F]> {
  return rule('decide', decision)
}

export const decideKind: RuleKind<Decision> = {
  kind: 'decide',
  shape: ({ fields, slot, residue }, { legacy }): DecideShape => ({
    reads: fields,
    restores: fields,
    writes: {
      [slot]: { base: 'text' },
      ...Object.fromEntries(fields.map((name) => [residue[name] ?? name, fieldNamed(legacy, name).type])),
    },
    required: fields.filter((name) => !fieldNamed(legacy, name).nullable),
  }),
  check: (decision, tables) => {
    const wrong = unsound(decision, tables.legacy)
    return wrong.length > 0 ? wrong : misfits(decideKind.shape(decision, tables), tables)
  },

  forward: (decision, legacy) => ({
    [decision.slot]: decided(decision, legacy),
    ...Object.fromEntries(decision.fields.map((name) => [decision.residue[name], legacy[name] ?? null])),
  }),
  forwardSql: (decision, legacy) => ({
    [decision.slot]: decidedSql(decision, legacy),
    ...Object.fromEntries(decision.fields.map((name) => [decision.residue[name], at(legacy, name)])),
  }),

  backward: (decision, target, _scope, { required }: DecideShape) => readingOf(decision, target, required),
  backwardSql: (decision, target, _scope, { required, writes }: DecideShape) =>
    readingSql(
      decision,
      target,
      required,
      (name) => writes[decision.residue[name] ?? ''] ?? { base: 'text' },
    ),

  acceptsBack: {
    fails: () => 'has a value without a legacy reading',
    row: ({ slot, backward }, target) => Object.keys(backward).some((value) => value === target[slot]),
    sql: ({ slot, backward }, target) =>
      sql`${at(target, slot)} IN (${join(Object.keys(backward).map((value) => literal(value)))})`,
  },
  loss: (decision) => ({
    forward: { holds: 'residue', in: Object.values(decision.residue) },
    backward: { holds: 'part', why: unheld(decision) },
  }),
  doc: (decision) =>
    `${casesShown(decision)}; exact values kept in ${Object.values(decision.residue).join(', ')}`,
  inputs: (decision) => ({
    legacy: Object.fromEntries(decision.fields.map((name) => [name, valuesOf(decision, name)])),
    target: {
      ...Object.fromEntries(
        decision.fields.map((name) => [decision.residue[name] ?? name, valuesOf(decision, name)]),
      ),
      [decision.slot]: [...outcomes(decision), ...Object.keys(decision.backward), 'outside the cases'],
    },
  }),
  examples: [
    example('flags and a stage decide a status; one target value is only read', {
      blocked: [{ isBlocked: true }, { isBlocked: true, isOnTrack: true, stage: 'planning' }],
      at_risk: [
        { isBlocked: false, isOnTrack: false },
        { isBlocked: false, isOnTrack: false, stage: 'planning' },
      ],
      completed: [{ isBlocked: false, isOnTrack: true, stage: 'completion' }],
      in_progress: [
        { isBlocked: false, isOnTrack: true },
        { isBlocked: false, isOnTrack: true, stage: 'planning' },
      ],
      cancelled: [{ isBlocked: true, isOnTrack: false, stage: 'completion' }],
    }),
    example('with only complete readings, one of them NULL', {
      blocked: [{ isBlocked: true, isOnTrack: true, stage: null }],
      at_risk: [{ isBlocked: false, isOnTrack: false, stage: "it's" }],
      completed: [{ isBlocked: false, isOnTrack: true, stage: 'completion' }],
      in_progress: [{ isBlocked: false, isOnTrack: true, stage: null }],
    }),
  ],
}

function example(name: string, backward: Decision['backward']) {
  const stage = {
    isBlocked: 'boolean not null',
    isOnTrack: 'boolean not null',
    stage: 'varchar(20)',
  } as const
  const data = {
    id: 'bigint not null',
    status: 'varchar(20) not null',
    data: 'jsonb not null default',
  } as const
  return {
    name,
    legacy: table('decide_legacy', { id: 'bigint not null', ...stage }, { key: ['id'] }),
    target: table('decide_target', data, { key: ['id'] }),
    rules: [
      decide({
        fields: ['isBlocked', 'isOnTrack', 'stage'],
        slot: 'status',
        cases: [
          { when: { isBlocked: true }, is: 'blocked' },
          { when: { isOnTrack: false }, is: 'at_risk' },
          { when: { stage: 'completion' }, is: 'completed' },
        ],
        otherwise: 'in_progress',
        residue: { isBlocked: 'data.is_blocked', isOnTrack: 'data.is_on_track', stage: 'data.stage' },
        backward,
      }),
    ],
  }
}
