import { expect, test } from 'vitest'
import { nextAttempt, type LockAttempt } from './lock-patience.ts'

const patience = { shortestMs: 400, longestMs: 3_000 }
const first: LockAttempt = { waitMs: 400, pauseMs: 0 }

/** The attempts after failures, each with holders of these ages. */
function attempts(...ages: readonly (number | null)[][]): readonly LockAttempt[] {
  let last = first
  return ages.map(
    (each) =>
      (last = nextAttempt(
        last,
        each.map((ageSeconds) => ({ ageSeconds })),
        patience,
      )),
  )
}

test('attempts grow while holders come and go, up to the longest', () => {
  const waits = attempts([0.5], [0.9, 0.1], [1.6], [2.9], [1]).map(({ waitMs }) => waitMs)
  expect(waits).toEqual([800, 1_600, 3_000, 3_000, 3_000])
})

test('behind a holder that no attempt outwaits they stay short, and become rare', () => {
  expect(attempts([4], [5, 0.1], [6], [10], [14])).toEqual(
    [800, 1_600, 3_200, 4_000, 4_000].map((pauseMs) => ({ waitMs: 400, pauseMs })),
  )
})

test('a holder of unknown age may be an old one', () => {
  expect(attempts([null])).toEqual([{ waitMs: 400, pauseMs: 800 }])
})

test('once it is gone nobody waits for anything but the lock', () => {
  expect(attempts([4], [0.5])).toEqual([
    { waitMs: 400, pauseMs: 800 },
    { waitMs: 800, pauseMs: 0 },
  ])
})

test('nobody holds it any more: the next attempt follows at once', () => {
  expect(attempts([])).toEqual([{ waitMs: 800, pauseMs: 0 }])
})
