import { expect, test } from 'vitest'
import type { ComparisonOptions } from './compare-reads.ts'
import type { SwitchoverEvent } from './monitor.ts'
import { openPair } from './pair.fixture.ts'
import { rolloutPhases } from './rollout-phase.ts'

const always: ComparisonOptions = { sampleRate: 1, random: () => 0.5 }

/** Both sides have `k`, legacy leads, and the target is whole. */
async function open(comparison: ComparisonOptions = always) {
  const events: SwitchoverEvent[] = []
  const pair = await openPair(rolloutPhases[1], { comparison, onEvent: (event) => void events.push(event) })
  await pair.call.save('k', 'value')
  await pair.settled()
  await pair.synchronizeAll()
  const verdicts = async () => {
    await pair.settled()
    const { consistency } = await pair.state()
    return Object.entries(consistency?.verdicts ?? {}).flatMap(([verdict, count]) =>
      count > 0 ? [`${verdict} ${count}`] : [],
    )
  }
  return { pair, events, verdicts }
}

test('answers that are the same are counted, and the monitor says of how many', async () => {
  const { pair, verdicts } = await open()
  for (let turn = 0; turn < 3; turn += 1) expect(await pair.call.load('k')).toBe('value')
  expect(await verdicts()).toEqual(['same 3'])
  expect((await pair.state()).consistency?.samePercent).toBe(100)
})

test('a difference is counted and told with its place, and the caller has the answer of the authority', async () => {
  const { pair, events, verdicts } = await open()
  pair.target.values.set('k', 'other')
  expect(await pair.call.load('k')).toBe('value')
  expect(await verdicts()).toEqual(['different 1'])
  expect((await pair.state()).consistency?.samePercent).toBe(0)
  expect(events.filter(({ type }) => type === 'compared')).toEqual([
    { type: 'compared', operation: 'load', verdict: 'different', paths: [''] },
  ])
})

test('what is cleaned away is no difference', async () => {
  const { pair, verdicts } = await open({ ...always, clean: (value) => String(value).toLowerCase() })
  pair.target.values.set('k', 'VALUE')
  await pair.call.load('k')
  expect(await verdicts()).toEqual(['same 1'])
})

test.each([
  ['rejects', 'candidate-failed 1'],
  ['throws', 'candidate-failed 1'],
  ['hangs', 'timed-out 1'],
] as const)(
  'a replica that %s costs the caller nothing, and no point of health',
  async (behaviour, verdict) => {
    const { pair, verdicts } = await open({ ...always, deadlineMs: 20 })
    pair.target.behave(behaviour)
    expect(await pair.call.load('k')).toBe('value')
    expect(await verdicts()).toEqual([verdict])
    const { health, sides } = await pair.state()
    expect([health.score, sides.target.errors]).toEqual([100, 0])
    pair.target.letGo()
  },
)

test('failures in a row give it a rest', async () => {
  const { pair } = await open({ ...always, failuresToRest: 2, restMs: 60_000 })
  pair.target.behave('rejects')
  for (let turn = 0; turn < 5; turn += 1) {
    await pair.call.load('k')
    await pair.settled()
  }
  expect((await pair.state()).consistency).toMatchObject({ probed: 2, resting: 3 })
})

test('only the sample is asked of both', async () => {
  const { pair, verdicts } = await open({ sampleRate: 0.4, random: () => 0.5 })
  await pair.call.load('k')
  expect(await verdicts()).toEqual([])
  expect(pair.target.made).not.toContain('load')
})

test('a key that is written meanwhile is not compared, nor one that is owed', async () => {
  const { pair, verdicts } = await open()
  pair.target.behave('hangs')
  const saved = pair.call.save('k', 'newer')
  await saved
  await pair.call.load('k')
  expect((await pair.state()).consistency?.probed).toBe(0)
  pair.target.behave('well')
  pair.target.letGo()
  await pair.settled()
  await pair.repair()
  await pair.call.load('k')
  expect(await verdicts()).toEqual(['same 1'])
})

test('where only one side is written nothing is compared', async () => {
  const pair = await openPair(rolloutPhases[0], { comparison: always })
  await pair.call.save('k', 'value')
  await pair.call.load('k')
  await pair.settled()
  expect((await pair.state()).consistency).toMatchObject({ calls: 0, samePercent: undefined })
})
