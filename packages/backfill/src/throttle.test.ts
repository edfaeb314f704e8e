import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lookAgain, type Signals, type ThrottleState, unthrottled } from './throttle.ts'

const calm: Signals = {
  othersAtWork: 0,
  waitingForUs: 0,
  replicaLagSeconds: null,
  oldestTransactionSeconds: 0,
  hiddenBackends: 0,
  slowdown: 1,
}

function after(...looks: readonly (Partial<Signals> | undefined)[]): ThrottleState {
  return looks.reduce<ThrottleState>(
    (state, seen) => lookAgain(state, seen && { ...calm, ...seen }),
    unthrottled,
  )
}

const times = (count: number, seen: Partial<Signals>) => Array.from({ length: count }, () => seen)

describe('the share of the time that a backfill takes', () => {
  test('is all of it while nobody else is there', () => {
    expect(after(...times(20, {}))).toMatchObject({ share: 1, throttle: null })
  })

  test.each([
    [{ waitingForUs: 1 }, 'others-wait-for-us', 5, '1 waited for rows of a batch'],
    [{ replicaLagSeconds: 12 }, 'replica-lag', 5, 'a standby is 12 s behind'],
    [{ oldestTransactionSeconds: 900 }, 'long-transaction', 25, 'a transaction is open for 900 s'],
    [{ hiddenBackends: 2 }, 'signals-unknown', 25, 'pg_read_all_stats'],
  ] as const)('falls at once for %j', (seen, reason, sharePercent, because) => {
    const { throttle } = after(seen)
    expect(throttle).toMatchObject({ reason, sharePercent, because: expect.stringContaining(because) })
  })

  test('is a ninth beside one other who is always at work, and the least beside many', () => {
    expect(after(...times(30, { othersAtWork: 1 })).throttle).toEqual({
      sharePercent: 11,
      reason: 'others-at-work',
      because: '1.0 others at work',
    })
    expect(after(...times(30, { othersAtWork: 50 })).share).toBe(0.05)
  })

  test('falls when batches take twice as long as they did, though nobody is seen at work', () => {
    expect(after(...times(30, { slowdown: 4 })).throttle).toMatchObject({
      reason: 'slow-batches',
      because: expect.stringContaining('4.0 times'),
    })
  })

  test.each([undefined, { replicaLagSeconds: Number.NaN }, { othersAtWork: Number.NaN }])(
    'FM-54 is the least after a look that failed or says nothing (%j), and rises again',
    (seen) => {
      expect(after(seen).throttle).toMatchObject({
        reason: 'signals-unknown',
        sharePercent: 5,
        because: 'the server could not be asked',
      })
      expect(after(seen, ...times(20, {}))).toMatchObject({ share: 1, throttle: null })
    },
  )

  test('FM-52 is the least within one look of a standby that lags, and does not flap until that is well again', () => {
    const lags = (...seconds: readonly number[]) =>
      after(...seconds.map((replicaLagSeconds) => ({ replicaLagSeconds }))).throttle?.sharePercent ?? 100
    expect([lags(4), lags(6)]).toEqual([100, 5])
    expect(lags(6, ...Array.from({ length: 20 }, (_each, index) => 3 + (index % 2)))).toBe(5)
    expect(lags(6, ...Array.from({ length: 20 }, () => 1))).toBe(100)
  })

  test('is decided by the brake that allows least', () => {
    const seen = { hiddenBackends: 1, replicaLagSeconds: 60, oldestTransactionSeconds: 900 }
    expect(after(seen).throttle?.reason).toBe('replica-lag')
  })

  test('rises after three calm looks, keeps its reason meanwhile, and is whole again', () => {
    const held = after({ waitingForUs: 3 })
    const looks = [calm, calm, calm, calm].reduce<ThrottleState[]>(
      (states, seen) => [...states, lookAgain(states.at(-1) ?? held, seen)],
      [],
    )
    expect(looks.map(({ share }) => Number(share.toFixed(4)))).toEqual([0.05, 0.05, 0.075, 0.1125])
    expect(looks.at(-1)?.throttle).toMatchObject({ reason: 'others-wait-for-us', sharePercent: 11 })
    expect(after({ waitingForUs: 3 }, ...times(20, {}))).toMatchObject({ share: 1, throttle: null })
  })

  test('does not swing with a load that comes in waves', () => {
    const waves = Array.from({ length: 60 }, (_each, index) => ({ othersAtWork: index % 3 === 0 ? 6 : 0 }))
    const shares = waves.map((_each, index) => after(...waves.slice(0, index + 1)).share).slice(20)
    expect(Math.max(...shares) / Math.min(...shares)).toBeLessThan(2)
  })

  test('is between its floor and all of it whatever is seen: a backfill always goes on', () => {
    const look = fc.option(
      fc.record({
        othersAtWork: fc.nat(1_000),
        waitingForUs: fc.nat(9),
        replicaLagSeconds: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
        oldestTransactionSeconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
        hiddenBackends: fc.nat(9),
        slowdown: fc.double({ min: 1, max: 1e6, noNaN: true }),
      }),
      { nil: undefined },
    )
    fc.assert(
      fc.property(fc.array(look), (looks) => {
        const { share, throttle } = after(...looks)
        expect(share).toBeGreaterThanOrEqual(0.05)
        expect(share).toBeLessThanOrEqual(1)
        expect(throttle === null).toBe(share > 0.95)
      }),
    )
  })
})
