import type { ColumnType } from '../column-type.ts'
import {
  type Decision,
  decided,
  decidedSql,
  type Kept,
  outcomes,
  type Patch,
  patchSql,
  readings,
  unsound,
  valuesOf,
} from '../decision.ts'
import { misfits } from '../misfits.ts'
import { at, type Row, type Rule, type RuleKind, rule, type Shape, type SqlRow } from '../rule.ts'
import { all, join, literal, sql } from '../sql.ts'
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

  backward: (decision, target, _scope, { required }: DecideShape) => {
    const wanted = target[decision.slot] ?? null
    const patches = readings(decision, wanted)
    const residue = Object.fromEntries(
      decision.fields.map((name) => [name, target[decision.residue[name] ?? ''] ?? null]),
    )
    const fitting = [{}, ...patches]
      .map((patch) => ({ ...residue, ...(patch as Row) })) // a patch has no undefined values
      .find((row) => required.every((name) => row[name] !== null) && decided(decision, row) === wanted)
    return fitting ?? { ...(patches.at(-1) as Row) } // complete, which unsound() saw to
  },
  backwardSql: (decision, target, _scope, { required, writes }: DecideShape) => {
    const { fields, slot, backward, residue } = decision
    const typeOf = (name: string): ColumnType => writes[residue[name] ?? ''] ?? { base: 'text' }
    const wanted = at(target, slot)
    const kept = Object.fromEntries(fields.map((name) => [name, at(target, residue[name] ?? '')]))
    const fitting = (patch: Patch): { row: SqlRow; when: ReturnType<typeof all> } => {
      const row = { ...kept, ...patchSql(patch, typeOf) }
      const present = required.map((name) => sql`${at(row, name)} IS NOT NULL`)
      return { row, when: all([...present, sql`${decidedSql(decision, row)} = ${wanted}`]) }
    }
    const read = Object.entries(backward).flatMap(([value, patches]) => {
      const here = sql`${wanted} = ${literal(value)}`
      const partial = patches.slice(0, -1).map(fitting)
      return [
        ...partial.map(({ row, when }) => ({ row, when: all([here, when]) })),
        { row: patchSql(patches.at(-1), typeOf), when: here },
      ]
    })
    const otherwise = patchSql(readings(decision, decision.otherwise).at(-1), typeOf)
    return Object.fromEntries(
      fields.map((name) => {
        const whens = [fitting({}), ...read].map(({ row, when }) => sql`WHEN ${when} THEN ${at(row, name)}`)
        return [name, sql`CASE ${join(whens, ' ')} ELSE ${at(otherwise, name)} END`]
      }),
    )
  },

  acceptsBack: {
    fails: 'has a value without a legacy reading',
    row: ({ slot, backward }, target) => Object.keys(backward).some((value) => value === target[slot]),
    sql: ({ slot, backward }, target) =>
      sql`${at(target, slot)} IN (${join(Object.keys(backward).map((value) => literal(value)))})`,
  },
  loss: (decision) => ({
    forward: { holds: 'residue', in: Object.values(decision.residue) },
    backward: { holds: 'part', why: unheld(decision) },
  }),
  doc: ({ cases, otherwise, residue }) =>
    `${cases.map(({ when, is }) => `${shown(when)} → ${is}`).join('; else ')}; else ${otherwise}; exact values kept in ${Object.values(residue).join(', ')}`,
  inputs: (decision) => ({
    [decision.slot]: [...outcomes(decision), ...Object.keys(decision.backward), 'outside the cases'],
    ...Object.fromEntries(
      decision.fields.flatMap((name) =>
        [name, decision.residue[name] ?? name].map((place) => [place, valuesOf(decision, name)]),
      ),
    ),
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

function unheld(decision: Decision): string {
  const only = Object.keys(decision.backward).filter((value) => !outcomes(decision).includes(value))
  const read = only.map((value) => `${value} reads as ${shown(readings(decision, value).at(-1) ?? {})}`)
  return read.length > 0
    ? read.join(', ')
    : `${Object.values(decision.residue).join(', ')} may be stale or absent`
}

function shown(patch: Patch): string {
  return Object.entries(patch)
    .map(([name, value]) => `${name} = ${value}`)
    .join(' and ')
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
