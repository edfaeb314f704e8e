import { describe, expect, test } from 'vitest'
import { arrows } from './arrow.ts'
import { type GateName, gates } from './gates.ts'
import type { LiveInstance } from './instance.ts'
import { judge } from './judge.ts'
import { type Facts, gateLimits, type Observations } from './observations.ts'
import { factsOf } from './open-gates.fixture.ts'
import { planTransition } from './plan-transition.ts'

const names = Object.keys(gates) as GateName[] // the keys of the table itself
const [, toTarget] = arrows

const pod = (instance: string, rest: Partial<LiveInstance> = {}): LiveInstance => ({
  migration: 'crm',
  instance,
  build: '1.2.0',
  mappingHash: 'aaaaaaaaaaaaaaaa',
  phase: 'legacy-leads',
  epoch: '2',
  seenAt: '2026-01-01T00:00:00Z',
  silentSeconds: 1,
  ...rest,
})

/** For each gate, facts that close it, and what it then says. */
const closing: Record<GateName, readonly (readonly [Facts, RegExp])[]> = {
  'capture-installed': [
    [factsOf({}, { capture: { problems: ['the trigger on task is disabled'] } }), /task is disabled/],
  ],
  'instances-agree': [
    [
      { ...factsOf(), instances: [pod('pod-1'), pod('pod-2', { epoch: '1', phase: 'legacy-only' })] },
      /pod-2 .*legacy-only, epoch 1 of 2/,
    ],
    [
      { ...factsOf(), instances: [pod('pod-1'), pod('pod-2', { mappingHash: 'b' })] },
      /pod-1 .*aaaa.*; pod-2 .*mapping b/,
    ],
  ],
  fenced: [[factsOf({ fencedAt: undefined }), /fence of epoch 2/]],
  'backfill-finished': [
    [
      factsOf({}, { backfill: { state: 'running', startedAt: '2026-02', rowsRemaining: 7 } }),
      /running with 7 rows/,
    ],
    [
      factsOf({}, { backfill: { state: 'done', startedAt: '2025-12-31', rowsRemaining: 0 } }),
      /before every write reached the target/,
    ],
    [factsOf({ targetFedSince: undefined }), /no fence yet/],
  ],
  'quarantine-empty': [[factsOf({}, { quarantine: { rows: 3 } }), /3 rows/]],
  'proxies-indexed': [
    [factsOf({}, { proxyIndexes: { problems: ['indexes: missing'] } }), /indexes: missing/],
  ],
  'outbox-empty': [[factsOf({}, { outbox: { rows: 1 } }), /1 rows are owed/]],
  'certificate-fresh': [
    [factsOf({}, { certificate: { ageSeconds: 3_601, invalid: [] } }), /3601 s old/],
    [
      factsOf({}, { certificate: { ageSeconds: 1, invalid: ['the mapping has changed'] } }),
      /mapping has changed/,
    ],
  ],
  'shadow-agrees': [
    [factsOf({}, { shadow: { reads: 99, mismatches: 0 } }), /99 shadow reads of at least 100/],
    [factsOf({}, { shadow: { reads: 1_000, mismatches: 1 } }), /1 of 1000/],
  ],
  healthy: [[factsOf({}, { health: { score: 79, reasons: ['lag'] } }), /79 of at least 80: lag/]],
  'replicas-fresh': [
    [factsOf({}, { replicas: [{ name: 'far', lagSeconds: 2 }] }), /far \(2 s\)/],
    [factsOf({}, { replicas: [{ name: 'far', lagSeconds: null }] }), /unknown/],
  ],
  'reverse-proven': [
    [factsOf({}, { reverse: { rows: 10, failures: 1 } }), /1 of 10 rows/],
    [factsOf({}, { reverse: { rows: 0, failures: 0 } }), /only 0 rows/],
  ],
  'losses-accepted': [[factsOf({}, { losses: { rows: 2, fields: ['assignees'] } }), /assignees of 2 rows/]],
  'legacy-caught-up': [[factsOf({ legacyStale: true }), /frozen/]],
  'read-from-legacy': [
    [factsOf({ readPercent: 5 }), /5 % of reads/],
    [factsOf({ readTenants: ['acme'] }), /1 tenants/],
  ],
  'legacy-unused': [
    [
      factsOf({}, { legacyUse: { watchedSeconds: 9e9, users: ['psql of bob'], dependents: [] } }),
      /psql of bob/,
    ],
    [
      factsOf({}, { legacyUse: { watchedSeconds: 9e9, users: [], dependents: ['view report'] } }),
      /view report/,
    ],
    [factsOf({}, { legacyUse: { watchedSeconds: 5, users: [], dependents: [] } }), /watched for 5 s/],
  ],
  'backup-restorable': [[factsOf({}, { backup: { restoredSecondsAgo: 9e9 } }), /9000000000 s ago/]],
  'confirmed-by-name': [[factsOf({}, { confirmedName: 'other' }), /not typed/]],
}

describe.each(names)('the gate %s', (name) => {
  const judged = (facts: Facts) => gates[name].judge(facts, gateLimits)

  test('is open where its claim is true', () => {
    expect(judged(factsOf())).toBeUndefined()
  })

  test.each(closing[name])('is closed otherwise, says why and what to do (%#)', (facts, why) => {
    const closed = judged(facts)
    expect(closed?.why).toMatch(why)
    expect(closed?.fix).toMatch(/^[A-Z].*/)
  })

  test('guards an arrow', () => {
    expect(arrows.filter((each) => each.gates.includes(name))).not.toEqual([])
  })
})

test('what nobody looked at closes every gate that needs it', () => {
  const { phase, instances } = factsOf()
  const closed = names.filter((name) => gates[name].judge({ phase, instances }, gateLimits) !== undefined)
  const byPhaseAlone = ['instances-agree', 'fenced', 'legacy-caught-up', 'read-from-legacy']
  expect(closed).toEqual(names.filter((name) => !byPhaseAlone.includes(name)))
})

test('a gate is waived by name, and only where no acknowledged write would be lost', () => {
  if (toTarget === undefined) return expect.unreachable()
  const facts = factsOf(
    {},
    { quarantine: { rows: 3 }, outbox: { rows: 1 }, health: { score: 0, reasons: [] } },
  )
  const states = (options: Parameters<typeof judge>[2]) =>
    Object.fromEntries(judge(toTarget, facts, options).map(({ gate, state }) => [gate, state]))
  const waived = states({ waive: ['quarantine-empty', 'outbox-empty'] })
  expect(waived).toMatchObject({ 'quarantine-empty': 'waived', 'outbox-empty': 'closed', healthy: 'closed' })
  expect(states({ emergency: true })).toMatchObject({
    'quarantine-empty': 'waived',
    'outbox-empty': 'closed',
    healthy: 'waived',
  })
  expect(states({ limits: { minHealth: 0 } })).toMatchObject({ healthy: 'open' })
})

test('a plan says what is closed and what would be done', () => {
  const observed: Partial<Observations> = { quarantine: { rows: 3 } }
  const plan = planTransition(factsOf({}, observed), 'target-leads')
  expect(plan.closed.map(({ gate }) => gate)).toEqual(['quarantine-empty'])
  expect(plan.steps.join('\n')).toMatch(/flip: .*epoch 2, then write target-leads with epoch 3; 100 %/)
})

test('what there is nothing of needs no proof, and the verdict says on what it rests', () => {
  const judged = (reverse: NonNullable<Facts['reverse']>) =>
    judge({ gates: ['reverse-proven'] }, factsOf({}, { reverse }))
  expect(judged({ rows: 0, failures: 0, isEverything: true })).toMatchObject([
    { state: 'open', why: 'legacy was counted, and holds no row that could come back' },
  ])
  expect(judged({ rows: 3, failures: 0, isEverything: true })[0]).not.toHaveProperty('why')
  expect(judged({ rows: 0, failures: 0, isEverything: false })).toMatchObject([{ state: 'closed' }])
  expect(judged({ rows: 3, failures: 1, isEverything: true })).toMatchObject([{ state: 'closed' }])
})
