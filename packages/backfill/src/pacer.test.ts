import type { Transaction } from '@changeover/database'
import { describe, expect, test } from 'vitest'
import { createPacer, type Pace } from './pacer.ts'
import type { Signals } from './throttle.ts'

type Seen = Omit<Signals, 'slowdown'>

const calm: Seen = {
  othersAtWork: 0,
  waitingForUs: 0,
  replicaLagSeconds: null,
  oldestTransactionSeconds: 0,
  hiddenBackends: 0,
}
const held = { ...calm, waitingForUs: 1 }

/** Its clock stands still but for what a row takes; nothing is read but what the test says. */
function paced({ rowMs = 0.1, mostRows = 1_000_000 }: { rowMs?: number; mostRows?: number } = {}) {
  const world = {
    pace: { batchRows: 5_000, pauseMs: 0, speed: 'yielding' } as Required<Pace>,
    seen: calm,
    rowMs,
    looks: 0,
  }
  let nowMs = 0
  const pacer = createPacer({
    pace: () => world.pace,
    mostRows,
    nowMs: () => nowMs,
    readSignals: async () => {
      world.looks += 1
      return world.seen
    },
  })
  // It is only handed on to what reads the signals.
  const tx = {} as Transaction
  const batch = async (count = 1) => {
    for (let left = count; left > 0; left -= 1) {
      const rows = pacer.batchRows()
      pacer.begin()
      nowMs += rows * world.rowMs
      await pacer.look(tx, rows)
      pacer.end()
    }
  }
  return { world, pacer, batch }
}

describe('the pace of a run', () => {
  test('begins with a small batch, and grows to a quarter of a second while it is alone', async () => {
    const { pacer, batch } = paced()
    expect(pacer.batchRows()).toBe(500)
    await batch(10)
    expect([pacer.batchRows(), pacer.restMs()]).toEqual([2_500, 0])
  })

  test('never asks for more rows than it is given, or than a statement takes', async () => {
    const { pacer, batch, world } = paced({ rowMs: 0.001, mostRows: 3_000 })
    await batch(10)
    expect(pacer.batchRows()).toBe(3_000)
    world.pace = { ...world.pace, batchRows: 7 }
    expect(pacer.batchRows()).toBe(7)
  })

  test('beside others makes short batches, and rests for what is missing to its share', async () => {
    const { pacer, batch, world } = paced()
    await batch(10)
    world.seen = held
    await batch(10)
    expect(pacer.batchRows()).toBe(400)
    expect(pacer.restMs()).toBeCloseTo(40 * 19)
    expect(pacer.throttle).toMatchObject({ sharePercent: 5, reason: 'others-wait-for-us' })
  })

  test('rests two seconds at most, and no less than it is told', async () => {
    const { pacer, batch, world } = paced({ rowMs: 1_000 })
    world.seen = held
    await batch()
    expect(pacer.restMs()).toBe(2_000)
    world.pace = { ...world.pace, pauseMs: 60_000 }
    expect(pacer.restMs()).toBe(60_000)
  })

  test('sees by its own batches that they have become slow', async () => {
    const { pacer, batch, world } = paced({ rowMs: 0.1 })
    world.pace = { ...world.pace, batchRows: 100 }
    await batch(5)
    world.rowMs = 0.5
    await batch(5)
    expect(pacer.throttle?.reason).toBe('slow-batches')
    world.rowMs = 0.1
    await batch(30)
    expect(pacer.throttle).toBeNull()
  })

  test('at full speed looks at nobody, takes all rows of the pace, and may be told so at any time', async () => {
    const { pacer, batch, world } = paced()
    world.seen = held
    await batch(3)
    expect(pacer.restMs()).toBeGreaterThan(0)
    world.pace = { ...world.pace, speed: 'full' }
    expect([pacer.batchRows(), pacer.restMs()]).toEqual([5_000, 0])
    const { looks } = world
    await batch(3)
    expect([world.looks - looks, pacer.throttle]).toEqual([0, null])
  })
})
