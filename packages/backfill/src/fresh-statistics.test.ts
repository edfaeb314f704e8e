import { expect, test } from 'vitest'
import { isOverdue } from './fresh-statistics.ts'

test.each([
  [0, 0, false],
  [0, 3, true],
  [0, 500, true],
  [500, 999, false],
  [500, 5500, true],
  [5500, 9999, false],
  [9999, 10_000, true],
  [20_000, 25_000, false],
])('from %i to %i rows statistics are overdue: %s', (before, now, expected) => {
  expect(isOverdue(before, now)).toBe(expected)
})
