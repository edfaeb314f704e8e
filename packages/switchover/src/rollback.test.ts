import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createGuard } from './automatic-rollback.ts'
import { healthBounds, type SwitchoverHealth, switchoverHealth } from './health.ts'
import { openPair } from './pair.fixture.ts'
import { type RolloutPhase, rolloutPhases } from './rollout-phase.ts'

// The clock of the switchover stands, and moves when a test says so.
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

/** A pair that has come to this phase step by step. */
async function openIn(phase: RolloutPhase, options: Parameters<typeof openPair>[1] = {}) {
  const pair = await openPair(rolloutPhases[1], options)
  await pair.call.save('k', 'v')
  await pair.settled()
  await pair.synchronizeAll()
  if (phase === 1) return pair
  pair.setFlags(rolloutPhases[2])
  await pair.call.load('k')
  pair.setFlags(rolloutPhases[phase])
  vi.advanceTimersByTime(3000)
  await pair.call.load('k')
  return pair
}

const probe = { key: 'probe of the rollback', value: 'probe', isSame: (loaded: string) => loaded === 'probe' }

test('an emergency rollback switches, and proves legacy by a save, a load and a delete', async () => {
  const pair = await openIn(2)
  pair.target.behave('hangs')
  const report = await pair.emergencyRollback({ reason: 'the target hangs', probe })
  expect(report).toMatchObject({ hasSwitched: true, isProved: true, owedToLegacy: 0, caughtUp: undefined })
  expect(report.proof.map(({ step, problem }) => [step, problem])).toEqual([
    ['save', undefined],
    ['load', undefined],
    ['delete', undefined],
    ['load after delete', undefined],
  ])
  expect(pair.legacy.values.has(probe.key)).toBe(false)
  expect(await pair.call.load('k')).toBe('v')
  expect(await pair.state()).toMatchObject({ mode: 'legacy-leads', switchedOffReason: 'the target hangs' })
  vi.advanceTimersByTime(3000)
  await pair.call.load('k')
  expect((await pair.state()).mode).toBe('legacy-only')
})

test('a legacy store that does not work is told, and the switch stays', async () => {
  const pair = await openIn(2)
  pair.legacy.behave('throws')
  const { hasSwitched, isProved, proof } = await pair.emergencyRollback({ reason: 'test', probe })
  expect({ hasSwitched, isProved }).toEqual({ hasSwitched: true, isProved: false })
  expect(proof.map(({ problem }) => problem)).toEqual(Array(4).fill('StoreBroken'))
})

test('a legacy store that keeps nothing, or deletes nothing, is not proved', async () => {
  const pair = await openIn(2)
  pair.legacy.save = async () => {}
  const forgetful = await pair.emergencyRollback({ reason: 'test', probe })
  expect(forgetful.proof.filter(({ problem }) => problem).map(({ step }) => step)).toEqual(['load'])
  pair.legacy.load = async () => 'probe'
  const sticky = await pair.emergencyRollback({ reason: 'test', probe })
  expect(sticky.proof.filter(({ problem }) => problem).map(({ step }) => step)).toEqual(['load after delete'])
})

test('what only the target has is copied back before legacy leads', async () => {
  const pair = await openIn(3)
  await pair.call.save('late', 'on the target alone')
  await pair.call.remove('k')
  expect(pair.legacy.values.get('late')).toBeUndefined()
  const { hasSwitched, caughtUp } = await pair.emergencyRollback({ reason: 'test', probe })
  expect(hasSwitched).toBe(true)
  expect(caughtUp).toMatchObject({ copied: 1, removed: 1, isWhole: true })
  expect(await pair.call.load('late')).toBe('on the target alone')
  expect(await pair.call.load('k')).toBeUndefined()
})

test('where the target cannot be read any more, giving up what only it has must be said', async () => {
  const pair = await openIn(3)
  await pair.call.save('late', 'on the target alone')
  pair.target.behave('rejects')
  await expect(pair.emergencyRollback({ reason: 'test', probe })).rejects.toMatchObject({
    name: 'StoreBroken',
  })
  const report = await pair.emergencyRollback({ reason: 'test', probe, onlyOnTarget: 'give-up' })
  expect(report).toMatchObject({ hasSwitched: true, isProved: true })
  expect(await pair.call.load('late')).toBeUndefined()
})

test('a gradual rollback goes step by step, and goes on where it was cut off', async () => {
  const pair = await openIn(3)
  await pair.call.save('late', 'x')
  const first = await pair.rollBack({ reason: 'too slow', upTo: 'disable_new_load' })
  expect(first.map(({ step, wasDone, mode }) => [step, wasDone, mode])).toEqual([
    ['disable_new_load', false, 'legacy-leads'],
  ])
  expect(await pair.call.load('late')).toBe('x')
  vi.advanceTimersByTime(3000)
  const second = await openPair(rolloutPhases[3], { ledger: pair.ledger }, pair) // another process
  const rest = await second.rollBack({ reason: 'too slow' })
  expect(rest.map(({ step, wasDone }) => [step, wasDone])).toEqual([
    ['disable_new_load', true],
    ['disable_new_save', false],
    ['disable_parallel_mode', false],
    ['full_rollback_to_old', false],
  ])
  vi.advanceTimersByTime(3000)
  await second.call.load('late')
  expect(await second.state()).toMatchObject({ mode: 'legacy-only', problems: [] })
  second.target.made.length = 0
  await second.call.save('late', 'y')
  expect(second.target.made).toEqual([])
  await second.goForward()
  await second.call.load('late')
  expect((await second.state()).mode).toBe('legacy-leads') // production wants the target, which is behind now
})

test('a gradual rollback stops where legacy cannot be brought up to date', async () => {
  const pair = await openIn(3)
  await pair.call.save('late', 'x')
  pair.legacy.behave('rejects')
  await expect(pair.rollBack({ reason: 'test' })).rejects.toMatchObject({ name: 'StoreBroken' })
  expect((await pair.state()).authority).toBe('target')
})

const healthAt = (targetErrors: number, legacyErrors = 0) =>
  switchoverHealth({
    legacy: { invocations: 100, errors: legacyErrors },
    target: { invocations: 100, errors: targetErrors },
  })

test('the guard trips when the score stays critical, once', () => {
  let now = 0
  const guard = createGuard({ minOperations: 20, sustainMs: 100 }, () => now)
  expect(guard.judge(healthAt(50))).toBe(false)
  expect(guard.state()).toBe('suspicious')
  now = 99
  expect(guard.judge(healthAt(50))).toBe(false)
  now = 100
  expect(guard.judge(healthAt(50))).toBe(true)
  expect(guard.judge(healthAt(50))).toBe(false)
  guard.rearm()
  expect(guard.judge(healthAt(50))).toBe(false)
})

test('a warning between neither trips the guard nor calms it; only health does', () => {
  let now = 0
  const guard = createGuard({ sustainMs: 100 }, () => now)
  guard.judge(healthAt(50))
  now = 60
  expect(guard.judge(healthAt(30))).toBe(false) // 79 points, a warning
  expect(guard.state()).toBe('suspicious')
  now = 110
  expect(guard.judge(healthAt(30))).toBe(false)
  guard.judge(healthAt(0))
  expect(guard.state()).toBe('armed')
  expect(guard.judge(healthAt(50))).toBe(false)
})

describe('a target that is now critical, now a mere warning', () => {
  const trips = (seen: (health: SwitchoverHealth) => SwitchoverHealth) => {
    let now = 0
    const guard = createGuard({ sustainMs: 100 }, () => now)
    return [50, 30, 50, 30, 50].some((errors) => {
      const isTripped = guard.judge(seen(healthAt(errors)))
      now += 40
      return isTripped
    })
  }

  test('trips the guard', () => {
    expect(trips((health) => health)).toBe(true)
  })

  test('(mutation) would flap for ever where one bound served for both', () => {
    const withoutBand = (health: SwitchoverHealth) =>
      health.status === 'warning' ? { ...health, score: healthBounds.healthy + 1 } : health
    expect(trips(withoutBand)).toBe(false)
  })
})

test('the guard needs enough operations, and does not go back to a legacy that fails more', () => {
  let now = 0
  const guard = createGuard({ sustainMs: 100 }, () => now)
  const few = switchoverHealth({
    legacy: { invocations: 0, errors: 0 },
    target: { invocations: 19, errors: 19 },
  })
  for (const health of [few, healthAt(10, 100)]) {
    guard.judge(health)
    now += 200
    expect(guard.judge(health)).toBe(false)
  }
})

test('a target that keeps failing loses the lead by itself, and gets it back only when told', async () => {
  const pair = await openIn(2, { automaticRollback: { sustainMs: 5000 } })
  pair.target.behave('rejects')
  for (let call = 0; call < 30; call += 1) await pair.call.load('k')
  vi.advanceTimersByTime(300)
  await pair.call.load('k') // the target rests by now, and its failures still count
  expect(await pair.state()).toMatchObject({ mode: 'target-leads', guard: 'suspicious' })
  vi.advanceTimersByTime(6000)
  pair.legacy.behave('slow') // still the fallback of every call
  await pair.call.load('k')
  await pair.settled()
  await pair.call.load('k')
  const { mode, guard, switchedOffReason } = await pair.state()
  expect({ mode, guard }).toEqual({ mode: 'legacy-leads', guard: 'tripped' })
  expect(switchedOffReason).toMatch(/^score \S+: \d+ of \d+ calls of target failed/)
  pair.target.behave('well')
  await pair.repair()
  await pair.goForward()
  await pair.call.load('k')
  expect(await pair.state()).toMatchObject({ mode: 'target-leads', guard: 'armed' })
})
