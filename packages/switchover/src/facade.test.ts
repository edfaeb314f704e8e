import { expect, test } from 'vitest'
import { openPair } from './pair.fixture.ts'
import { rolloutPhases } from './rollout-phase.ts'

test('in phase 0 legacy alone is written and read', async () => {
  const pair = await openPair(rolloutPhases[0])
  expect(await pair.call.save('k', 'v')).toEqual({ success: true })
  expect(await pair.call.load('k')).toBe('v')
  await pair.settled()
  expect(pair.target.made).toEqual([])
})

test('in phase 1 legacy answers and the target follows', async () => {
  const pair = await openPair(rolloutPhases[1])
  await pair.call.save('k', 'v')
  await pair.settled()
  expect(pair.target.values.get('k')).toBe('v')
  expect((await pair.state()).outbox).toEqual({ legacy: 0, target: 0, oldestSeconds: 0 })
})

test('in phase 2 the target does not lead before it has everything', async () => {
  const pair = await openPair(rolloutPhases[2])
  await pair.call.save('k', 'v')
  const { mode, problems } = await pair.state()
  expect(mode).toBe('legacy-leads')
  expect(problems.map(({ code }) => code)).toEqual(['SWITCHOVER.SIDE_BEHIND'])
})

test('a second write that fails is owed, and repaired', async () => {
  const pair = await openPair(rolloutPhases[1])
  pair.target.behave('rejects')
  await pair.call.save('k', 'v')
  await pair.settled()
  expect((await pair.state()).outbox).toMatchObject({ target: 1, legacy: 0 })
  pair.target.behave('well')
  expect(await pair.repair()).toEqual({ paid: 1, failed: 0, busy: 0 })
  expect(pair.target.values.get('k')).toBe('v')
})

test('parallel mode gives the results of both sides', async () => {
  const pair = await openPair(rolloutPhases[1])
  expect(await pair.both.save('k', 'v')).toEqual({
    authority: 'legacy',
    legacy: { status: 'answered', answer: { success: true } },
    target: { status: 'answered', answer: { success: true } },
  })
  expect(await pair.both.load('k')).toMatchObject({ target: { status: 'answered', answer: 'v' } })
})
