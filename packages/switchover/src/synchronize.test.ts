import { expect, test } from 'vitest'
import { openPair } from './pair.fixture.ts'
import { rolloutPhases } from './rollout-phase.ts'

const keys = (count: number) =>
  Array.from({ length: count }, (_each, index) => `k${String(index).padStart(3, '0')}`)

/** A pair in phase 1 whose legacy has so many keys. */
async function openFilled(count: number) {
  const pair = await openPair(rolloutPhases[1])
  for (const key of keys(count)) pair.legacy.values.set(key, `value of ${key}`)
  return pair
}

test('every key is copied, what is gone is removed, and the target may lead', async () => {
  const pair = await openFilled(250)
  pair.target.values.set('gone', 'long ago')
  const report = await pair.synchronizeAll()
  expect(report).toEqual({
    direction: 'forward',
    total: 251,
    copied: 250,
    removed: 1,
    failed: 0,
    failures: [],
    isDone: true,
    isWhole: true,
  })
  expect(pair.target.values).toEqual(pair.legacy.values)
})

test('a key that fails is told and owed, stays readable, and does not stop the others', async () => {
  const pair = await openFilled(3)
  const save = pair.target.save
  pair.target.save = (key, value) =>
    key === 'k001' ? Promise.reject(new RangeError('too long')) : save(key, value)
  const report = await pair.synchronizeAll()
  expect(report).toMatchObject({
    total: 3,
    copied: 2,
    failed: 1,
    failures: [{ key: 'k001', why: 'RangeError' }],
  })
  pair.setFlags(rolloutPhases[2])
  expect(await pair.call.load('k001')).toBe('value of k001')
  expect(await pair.state()).toMatchObject({ mode: 'target-leads', outbox: { target: 1 } })
})

test('a run that was stopped goes on behind its last checkpoint', async () => {
  const pair = await openFilled(50)
  const stop = new AbortController()
  const seen: number[] = []
  const first = await pair.synchronizeAll('forward', {
    pageKeys: 10,
    signal: stop.signal,
    onProgress: ({ total }) => {
      seen.push(total)
      if (total === 20) stop.abort()
    },
  })
  expect({ ...first, seen }).toMatchObject({ total: 20, isDone: false, isWhole: false, seen: [10, 20] })
  pair.target.made.length = 0
  const second = await pair.synchronizeAll('forward', { pageKeys: 10 })
  expect(second).toMatchObject({ total: 50, copied: 50, isDone: true, isWhole: true })
  expect(pair.target.made.filter((name) => name === 'save')).toHaveLength(30)
})

test('a run begins anew where the other side was left out of a write since', async () => {
  const pair = await openFilled(30)
  const stop = new AbortController()
  const stopped = { pageKeys: 10, signal: stop.signal, onProgress: () => stop.abort() }
  await pair.synchronizeAll('forward', stopped)
  const elsewhere = await openPair(rolloutPhases[0], { ledger: pair.ledger }, pair) // leaves the target out
  await elsewhere.call.save('k000', 'changed')
  elsewhere.setFlags(rolloutPhases[1])
  await elsewhere.call.load('k000')
  const report = await elsewhere.synchronizeAll()
  expect(report).toMatchObject({ total: 30, isWhole: true })
  expect(pair.target.values.get('k000')).toBe('changed')
})

test('no more keys are copied at once than said', async () => {
  const pair = await openFilled(40)
  let running = 0
  let most = 0
  pair.target.save = async () => {
    most = Math.max(most, (running += 1))
    await new Promise((resolve) => setImmediate(resolve))
    running -= 1
  }
  await pair.synchronizeAll('forward', { concurrency: 3 })
  expect(most).toBe(3)
})

test('one key goes in either direction; a side that lacks writes is no source', async () => {
  const pair = await openFilled(1)
  expect(await pair.synchronize('k000')).toEqual({ status: 'paid', what: 'copied' })
  await expect(pair.synchronizeAll('backward')).rejects.toMatchObject({ code: 'SWITCHOVER.SOURCE_BEHIND' })
  await pair.synchronizeAll()
  pair.target.values.set('k000', 'of the target')
  expect(await pair.synchronize('k000', 'backward')).toEqual({ status: 'paid', what: 'copied' })
  expect(pair.legacy.values.get('k000')).toBe('of the target')
})
