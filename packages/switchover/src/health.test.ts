import fc from 'fast-check'
import { expect, test } from 'vitest'
import { healthBounds, switchoverHealth } from './health.ts'

const calls = (legacyErrors: number, targetErrors: number, invocations = 100) => ({
  legacy: { invocations, errors: legacyErrors },
  target: { invocations, errors: targetErrors },
})

test('without operations there is no health', () => {
  expect(switchoverHealth(calls(0, 0, 0))).toMatchObject({ status: 'no_operations', score: 0, operations: 0 })
})

test.each([
  [0, 0, 100, 'healthy'],
  [0, 14, 90.2, 'healthy'],
  [0, 15, 89.5, 'warning'],
  [100, 0, 70, 'critical'],
  [0, 42, 70.6, 'warning'],
  [0, 43, 69.9, 'critical'],
  [100, 100, 0, 'critical'],
])('%i %% old and %i %% new errors are %d points, %s', (old, young, score, status) => {
  expect(switchoverHealth(calls(old, young))).toMatchObject({ score, status })
})

test('every lost point has a reason, the worst first', () => {
  expect(switchoverHealth(calls(10, 2)).reasons).toEqual([
    '10 of 100 calls of legacy failed, 10 % (−3)',
    '2 of 100 calls of target failed, 2 % (−1.4)',
  ])
})

test('score and losses make a hundred, whatever was counted', () => {
  const side = fc
    .nat(1000)
    .chain((invocations) => fc.record({ invocations: fc.constant(invocations), errors: fc.nat(invocations) }))
  fc.assert(
    fc.property(side, side, (legacy, target) => {
      fc.pre(legacy.invocations + target.invocations > 0)
      const { score, lost, status, reasons } = switchoverHealth({ legacy, target })
      expect(score + lost.legacy + lost.target).toBeCloseTo(100, 1)
      expect(reasons).toHaveLength([lost.legacy, lost.target].filter((points) => points > 0).length)
      if (100 - lost.legacy - lost.target <= healthBounds.warning) expect(status).toBe('critical')
    }),
  )
})
