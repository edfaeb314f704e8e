import { afterAll, beforeAll, expect, test } from 'vitest'
import { recordCaughtUp } from './caught-up.ts'
import { errors } from './errors.ts'
import { gatherFacts } from './gather-facts.ts'
import { everythingFine } from './open-gates.fixture.ts'
import type { PhaseName } from './phase.ts'
import { readHistory } from './phase-history.ts'
import { type Home, openHome, openTransaction, withoutFlipLock } from './rollout.fixture.ts'
import { lockPhase, readPhase, type StoredPhase } from './stored-phase.ts'
import { take } from './take.fixture.ts'
import { openTransitionOf, transitionSteps, transitionsOf } from './transition-record.ts'
import { travel } from './travel.ts'

let home: Home

beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.close())

const go = (...args: Parameters<typeof take> extends [unknown, ...infer Rest] ? Rest : never) =>
  take(home, ...args)

test('a migration goes its whole way, forth and back, and every step of it is in the audit trail', async () => {
  await home.store('life')
  const way: PhaseName[] = [
    'legacy-leads',
    'target-leads',
    'legacy-leads',
    'target-leads',
    'target-only',
    'target-leads',
  ]
  for (const to of way) expect((await go('life', to)).phase.phase.name).toBe(to)
  const history = await readHistory(home.database, 'life')
  expect(history.map(({ to }) => to)).toEqual(['legacy-only', ...way])
  expect(history.map(({ epoch }) => epoch)).toEqual(['1', '2', '3', '4', '5', '6', '7'])
  expect(history[2]).toMatchObject({
    what: 'flip',
    from: 'legacy-leads',
    by: 'ada',
    reason: 'to target-leads',
  })
  expect(history[2]?.gates).toContainEqual(
    expect.objectContaining({ gate: 'backfill-finished', state: 'open' }),
  )
  expect(await openTransitionOf(home.database, 'life')).toBeUndefined()
})

test('a flip decides what belongs to the phase: the read share, who has led, what is stale', async () => {
  await home.store('belongs', 'legacy-leads')
  await go('belongs', 'legacy-leads')
  const fed = (await readPhase(home.database, 'belongs'))?.targetFedSince
  expect(fed).toEqual(expect.any(String))
  await go('belongs', 'target-leads')
  expect(await readPhase(home.database, 'belongs')).toMatchObject({
    targetHasLed: true,
    legacyStale: false,
    readPercent: 100,
  })
  await go('belongs', 'target-only')
  expect(await readPhase(home.database, 'belongs')).toMatchObject({
    legacyStale: true,
    syncedSince: undefined,
  })
  await go('belongs', 'target-leads')
  expect((await readPhase(home.database, 'belongs'))?.targetFedSince).toBe(fed)
  await expect(go('belongs', 'legacy-leads', { request: { emergency: true } })).rejects.toMatchObject({
    code: errors.GATES_CLOSED.code,
    values: { closed: [expect.objectContaining({ gate: 'legacy-caught-up' })] },
  })
})

test('a target that was not written for a while is no longer the one that was filled', async () => {
  await home.store('starved', 'legacy-leads')
  const { phase: fed } = await go('starved', 'legacy-leads')
  const { phase: alone } = await go('starved', 'legacy-only')
  const { phase: again } = await go('starved', 'legacy-leads')
  expect(alone.targetFedSince).toBeUndefined()
  expect((again.targetFedSince ?? '') > (fed.targetFedSince ?? '9')).toBe(true)
})

test('legacy that was frozen leads again only when it was filled after every writer wrote both sides', async () => {
  await home.store('frozen', 'target-only')
  const proof = { migration: 'frozen', epoch: '2', by: 'ada', reason: 'filled' }
  const early = (await readHistory(home.database, 'frozen'))[0]?.at ?? ''
  await go('frozen', 'target-leads')
  for (const wrong of [{ startedAt: early }, { startedAt: '9999-01-01', epoch: '1' }])
    await expect(recordCaughtUp(home.database, { ...proof, ...wrong })).rejects.toMatchObject({
      code: errors.CATCH_UP_REFUSED.code,
    })
  const { legacyStale } = await recordCaughtUp(home.database, { ...proof, startedAt: '9999-01-01' })
  expect(legacyStale).toBe(false)
  expect((await go('frozen', 'legacy-leads')).phase.phase.name).toBe('legacy-leads')
  expect((await readHistory(home.database, 'frozen')).map(({ what }) => what)).toEqual([
    'stored',
    'flip',
    'caught-up',
    'flip',
  ])
})

test('a longer way passes every phase in between, and stops where a gate is closed', async () => {
  await home.store('far')
  const request = { migration: 'far', to: 'target-only' as const, by: 'ada', reason: 'from the flags' }
  const observe = async ({ phase }: StoredPhase) =>
    phase.name === 'target-leads' ? { ...everythingFine, outbox: { rows: 1 } } : everythingFine
  await expect(travel(home.database, request, { observe })).rejects.toMatchObject({
    values: { to: 'target-only', closed: [expect.objectContaining({ gate: 'outbox-empty' })] },
  })
  expect((await readPhase(home.database, 'far'))?.phase.name).toBe('target-leads')
  expect(
    (await travel(home.database, request, { observe: async () => everythingFine })).map(
      ({ phase }) => phase.phase.name,
    ),
  ).toEqual(['target-only'])
  expect(
    (await travel(home.database, request, { observe: async () => everythingFine })).map(
      ({ changed }) => changed,
    ),
  ).toEqual([false])
})

test('a server without replicas has none that lag', async () => {
  await home.store('single')
  expect((await gatherFacts(home.database, 'single', { observe: async () => ({}) })).replicas).toEqual([])
})

test('every step is told and recorded, in order', async () => {
  await home.store('steps')
  const steps: string[] = []
  const told: string[] = []
  await go('steps', 'legacy-leads', {
    options: {
      onStep: (step) => void steps.push(step),
      actions: {
        prepare: async ({ to }) =>
          void told.push(`prepare ${to} at epoch ${(await readPhase(home.database, 'steps'))?.epoch}`),
        complete: async ({ from }) =>
          void told.push(`complete ${from} at epoch ${(await readPhase(home.database, 'steps'))?.epoch}`),
      },
    },
  })
  expect(steps).toEqual(transitionSteps)
  expect(told).toEqual(['prepare legacy-leads at epoch 1', 'complete legacy-only at epoch 2'])
  expect(await transitionsOf(home.database, 'steps')).toMatchObject([
    { outcome: 'done', epochBefore: '1', epochAfter: '2' },
  ])
})

test('a closed gate refuses, says how to open it, and leaves the phase', async () => {
  await home.store('closed', 'legacy-leads')
  const observe = async () => ({ ...everythingFine, quarantine: { rows: 2 } })
  const refused = go('closed', 'target-leads', { options: { observe } })
  await expect(refused).rejects.toMatchObject({
    code: errors.GATES_CLOSED.code,
    fix: expect.stringContaining('fenced: Finish the last transition'),
  })
  await go('closed', 'legacy-leads')
  await expect(go('closed', 'target-leads', { options: { observe } })).rejects.toMatchObject({
    values: {
      closed: [expect.objectContaining({ gate: 'quarantine-empty', why: '2 rows are in quarantine' })],
    },
  })
  expect((await readPhase(home.database, 'closed'))?.epoch).toBe('1')
  const waived = await go('closed', 'target-leads', {
    options: { observe },
    request: { waive: ['quarantine-empty'] },
  })
  expect(waived.resumed).toBe(true)
  expect((await readHistory(home.database, 'closed')).at(-1)?.gates).toContainEqual(
    expect.objectContaining({ gate: 'quarantine-empty', state: 'waived', why: '2 rows are in quarantine' }),
  )
})

test('whoever waits for the gates goes on when they open', async () => {
  await home.store('waits', 'target-only')
  let looks = 0
  const observe = async () => (++looks < 3 ? {} : everythingFine)
  const { phase } = await go('waits', 'target-leads', {
    options: { observe, waitMs: 5_000, gatePollMs: 5 },
  })
  expect(phase.phase.name).toBe('target-leads')
})

test('the same command again changes nothing', async () => {
  await home.store('again')
  expect((await go('again', 'legacy-leads')).changed).toBe(true)
  expect((await go('again', 'legacy-leads')).changed).toBe(false)
  expect(await readHistory(home.database, 'again')).toHaveLength(2)
})

test('FM-59 there is no way that the table does not have, and none back from contracted', async () => {
  await home.store('ways')
  await expect(go('ways', 'target-leads')).rejects.toMatchObject({ code: errors.NO_SUCH_TRANSITION.code })
  await expect(go('nobody', 'legacy-leads')).rejects.toMatchObject({ code: errors.PHASE_MISSING.code })
  await home.store('gone', 'contracted')
  for (const to of ['target-only', 'legacy-only'] as const)
    await expect(go('gone', to, { request: { emergency: true } })).rejects.toMatchObject({
      code: errors.NO_WAY_BACK.code,
    })
})

test('no writer acts on the old phase after a flip: the flip waits for it, or says for whom it waited', async () => {
  await home.store('writer')
  const writer = await openTransaction(home)
  await lockPhase(writer.tx, 'writer')
  await writer.tx.query(`set local application_name = 'importer'`)
  const blocked: number[] = []
  const options = {
    lockTimeoutMs: 20,
    flipTimeoutMs: 60,
    onBlocked: (all: readonly unknown[]) => void blocked.push(all.length),
  }
  await expect(go('writer', 'legacy-leads', { options })).rejects.toMatchObject({
    code: errors.PHASE_LOCKED.code,
    retriable: true,
    message: expect.stringMatching(
      /pid \d+ \(importer of .*idle in transaction for [\d.]+ s, its last statement began [\d.]+ s ago\)/,
    ),
  })
  expect(blocked).toContain(1)
  expect((await lockPhase(writer.tx, 'writer')).epoch).toBe('1')
  const waiting = go('writer', 'legacy-leads', { options: { lockTimeoutMs: 20 } })
  await writer.commit()
  expect((await waiting).phase.epoch).toBe('2')
})

test('mutation: a flip without the lock lets a writer go on with the old phase', async () => {
  await home.store('mutated')
  const writer = await openTransaction(home)
  const believed = await lockPhase(writer.tx, 'mutated')
  const flipping = go('mutated', 'legacy-leads', {
    database: withoutFlipLock(home.database),
    options: { fenceTimeoutMs: 0 },
  })
  await expect(flipping).rejects.toMatchObject({ code: errors.FENCE_BLOCKED.code })
  expect((await readPhase(writer.tx, 'mutated'))?.epoch).not.toBe(believed.epoch)
  await writer.commit()
})

test('a transition is refused inside a transaction, whose steps nobody else would see', async () => {
  await home.store('inside')
  const inside = home.database.transaction((tx) =>
    go('inside', 'legacy-leads', { database: { ...tx, transaction: (work) => work(tx) } }),
  )
  await expect(inside).rejects.toMatchObject({ code: errors.TRANSACTION_OPEN.code })
})
