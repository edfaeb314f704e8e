import { afterAll, beforeAll, expect, test } from 'vitest'
import { errors } from './errors.ts'
import { startHeartbeat } from './heartbeat.ts'
import { beat, type Heartbeat, liveInstances, signOff } from './instance.ts'
import { everythingFine } from './open-gates.fixture.ts'
import type { PhaseName } from './phase.ts'
import { watchPhase } from './phase-watch.ts'
import { type Home, openHome } from './rollout.fixture.ts'
import { transition } from './transition.ts'

let home: Home

beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.close())

function advance(migration: string, to: PhaseName, rest: { emergency?: boolean; ttlSeconds?: number } = {}) {
  const { emergency = false, ttlSeconds } = rest
  return transition(
    home.database,
    { migration, to, by: 'ada', reason: 'test', emergency },
    { observe: async () => everythingFine, ...(ttlSeconds && { heartbeatTtlSeconds: ttlSeconds }) },
  )
}

const pod = (migration: string, instance: string, rest: Partial<Heartbeat> = {}): Heartbeat => ({
  migration,
  instance,
  build: '1.0.0',
  mappingHash: 'abc',
  phase: 'legacy-only',
  epoch: '1',
  ...rest,
})

test('FM-05 an advance waits for nobody who agrees, and refuses while a live process acts by an older phase', async () => {
  await home.store('lag')
  await beat(home.database, pod('lag', 'new'))
  await beat(home.database, pod('lag', 'old'))
  await advance('lag', 'legacy-leads')
  await beat(home.database, pod('lag', 'new', { phase: 'legacy-leads', epoch: '2' }))
  await expect(advance('lag', 'target-leads')).rejects.toMatchObject({
    code: errors.GATES_CLOSED.code,
    values: {
      closed: [{ gate: 'instances-agree', why: 'old (build 1.0.0) acts by legacy-only, epoch 1 of 2' }],
    },
  })
  await beat(home.database, pod('lag', 'old', { phase: 'legacy-leads', epoch: '2' }))
  expect((await advance('lag', 'target-leads')).phase.epoch).toBe('3')
})

test('FM-05 a process that shows nothing of itself is overlooked (mutation)', async () => {
  await home.store('hidden')
  await beat(home.database, pod('hidden', 'new'))
  await advance('hidden', 'legacy-leads')
  await beat(home.database, pod('hidden', 'new', { phase: 'legacy-leads', epoch: '2' }))
  // Another one still acts by legacy-only, and has never said so.
  expect((await advance('hidden', 'target-leads')).phase.epoch).toBe('3')
})

test('two builds with different mappings are refused, by name', async () => {
  await home.store('builds')
  await beat(home.database, pod('builds', 'blue'))
  await beat(home.database, pod('builds', 'green', { build: '1.1.0', mappingHash: 'def' }))
  await expect(advance('builds', 'legacy-leads')).rejects.toThrow(/green \(build 1\.1\.0\) has mapping def/)
})

test('a process that was silent for too long, or signed off, holds up nobody', async () => {
  await home.store('silent')
  await beat(home.database, pod('silent', 'gone', { epoch: '0' }))
  await beat(home.database, pod('silent', 'leaving', { epoch: '0' }))
  await expect(advance('silent', 'legacy-leads')).rejects.toThrow(/gone .*leaving/)
  await signOff(home.database, { migration: 'silent', instance: 'leaving' })
  await home.database.query(
    `update changeover.instance set seen_at = seen_at - interval '31 s' where migration = 'silent'`,
  )
  expect(await liveInstances(home.database, 'silent')).toEqual([])
  await advance('silent', 'legacy-leads')
})

test('an emergency does not wait for processes that lag', async () => {
  await home.store('urgent', 'target-leads')
  await beat(home.database, pod('urgent', 'old', { epoch: '0' }))
  await expect(advance('urgent', 'legacy-leads')).rejects.toMatchObject({ code: errors.GATES_CLOSED.code })
  expect((await advance('urgent', 'legacy-leads', { emergency: true })).phase.phase.name).toBe('legacy-leads')
})

test('a process shows the phase by which it acts, at once and after every change, and signs off', async () => {
  await home.store('shows')
  const watch = await watchPhase(home.database, 'shows', { pollMs: 5 })
  const heart = await startHeartbeat(home.database, watch, {
    migration: 'shows',
    instance: 'pod-1',
    build: '1.0.0',
    mappingHash: 'abc',
  })
  expect(await liveInstances(home.database, 'shows')).toMatchObject([{ instance: 'pod-1', epoch: '1' }])
  await advance('shows', 'legacy-leads')
  for (;;) {
    const [live] = await liveInstances(home.database, 'shows')
    if (live?.epoch === '2') break
  }
  await heart.close()
  await watch.close()
  expect(await liveInstances(home.database, 'shows')).toEqual([])
})
