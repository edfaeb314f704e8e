import { describe, expect, test } from 'vitest'
import { createMemoryLedger, type Ledger } from './ledger.ts'
import { openPair } from './pair.fixture.ts'
import { rolloutPhases } from './rollout-phase.ts'

/** A pair whose target leads. */
async function openLed(ledger: Ledger = createMemoryLedger()) {
  const pair = await openPair(rolloutPhases[1], { ledger })
  await pair.call.save('k', 'old')
  await pair.settled()
  await pair.synchronizeAll()
  pair.setFlags(rolloutPhases[2])
  expect(await pair.call.load('k')).toBe('old')
  return pair
}

test('a write that the target fails goes to legacy, which has the truth of the key until the target is equal again', async () => {
  const pair = await openLed()
  pair.target.behave('rejects')
  expect(await pair.call.save('k', 'new')).toEqual({ success: true })
  await pair.settled()
  pair.target.behave('well')
  expect(pair.target.values.get('k')).toBe('old')
  expect(await pair.call.load('k')).toBe('new')
  await pair.repair()
  expect(pair.target.values.get('k')).toBe('new')
  expect((await pair.state()).fallbacks).toEqual([{ reason: 'StoreBroken', count: 1 }])
})

test('a read that the target fails comes from legacy, unless the key is owed to it', async () => {
  const pair = await openLed()
  pair.legacy.behave('rejects')
  await pair.call.save('k', 'new')
  await pair.settled()
  pair.legacy.behave('well')
  pair.target.behave('rejects')
  await expect(pair.call.load('k')).rejects.toMatchObject({ name: 'StoreBroken' })
  expect(await pair.call.load('other')).toBeUndefined()
})

test('there is no fallback while another process leaves legacy out', async () => {
  const pair = await openLed()
  const other = await openPair(rolloutPhases[3], { ledger: pair.ledger }, pair)
  await other.call.save('k', 'on the target alone')
  pair.target.behave('rejects')
  await expect(pair.call.load('k')).rejects.toMatchObject({ name: 'StoreBroken' })
  await expect(pair.call.save('k', 'x')).rejects.toMatchObject({ name: 'StoreBroken' })
})

/** One write fails while another of the same key is answered by the target. */
async function failBesideAnother(ledger: Ledger) {
  const pair = await openLed(ledger)
  const { save } = pair.target
  const failing = Promise.withResolvers<void>()
  pair.target.save = async (key, value) => {
    if (value !== 'fails') return await save(key, value)
    await failing.promise
    throw new RangeError('it fails late')
  }
  const first = pair.call.save('k', 'fails').then(
    () => 'answered',
    () => 'failed',
  )
  await new Promise((resolve) => setImmediate(resolve))
  await pair.call.save('k', 'acknowledged')
  failing.resolve()
  const firstWas = await first
  await pair.settled()
  await pair.repair()
  return { firstWas, value: await pair.call.load('k') }
}

describe('a write that fails beside another one of the same key', () => {
  test('gets the error of the target: legacy does not have what the other one has written', async () => {
    expect(await failBesideAnother(createMemoryLedger())).toEqual({
      firstWas: 'failed',
      value: 'acknowledged',
    })
  })

  test('(mutation) would undo the other one, if it fell back without asking', async () => {
    const ledger = createMemoryLedger()
    const { outbox } = ledger
    let newest = 0n
    const noted = <T extends { readonly version: bigint } | undefined>(ticket: T): T => {
      newest = ticket?.version ?? newest
      return ticket
    }
    const careless = {
      ...outbox,
      begin: async (...given: Parameters<typeof outbox.begin>) => noted(await outbox.begin(...given)),
      turn: (...[ticket, source]: Parameters<typeof outbox.turn>) =>
        outbox.turn({ ...ticket, version: newest }, source),
    }
    expect(await failBesideAnother({ ...ledger, outbox: careless })).toEqual({
      firstWas: 'answered',
      value: 'fails',
    })
  })
})

test('FM-44 an operation keeps to the flags that it began with', async () => {
  const pair = await openPair(rolloutPhases[1])
  const { save } = pair.legacy
  pair.legacy.save = async (key, value) => {
    pair.setFlags(rolloutPhases[0])
    await pair.call.load('k') // another operation goes by the new flags already
    return await save(key, value)
  }
  await pair.call.save('k', 'v')
  await pair.settled()
  expect(pair.target.values.get('k')).toBe('v')
})
