import { expect, test } from 'vitest'
import { healthOf, healthScales, type HealthSignals, quiet } from './health.ts'

const names = Object.keys(healthScales) as (keyof HealthSignals)[] // the keys of the table itself

test('a quiet system has the full score and no reasons', () => {
  expect(healthOf(quiet)).toEqual({ score: 100, reasons: [] })
})

test.each(names)('a growing %s lowers the score step by step, down to its weight, and is named', (name) => {
  const { fine, bad, weight } = healthScales[name]
  const at = (value: number) => healthOf({ ...quiet, [name]: value })
  const scores = [fine, fine + (bad - fine) / 2, bad, bad * 10].map((value) => at(value).score)
  expect(scores).toEqual([100, Math.round(100 - weight / 2), 100 - weight, 100 - weight])
  expect(at(bad).reasons).toEqual([`${name} is ${bad} (−${weight})`])
})

test('what nobody measured, or is no number, costs half of its weight', () => {
  const { replicaLagSeconds: _, ...rest } = quiet
  expect(healthOf(rest)).toEqual({ score: 88, reasons: ['replicaLagSeconds is unknown (−13)'] })
  expect(healthOf({ ...quiet, replicaLagSeconds: Number.NaN }).score).toBe(88)
  expect(healthOf({}).score).toBe(0)
})

test('the worst comes first, and the score ends at zero', () => {
  const health = healthOf({
    ...quiet,
    addedErrorRate: 1,
    replicaLagSeconds: 99,
    longestTransactionSeconds: 999,
  })
  expect(health.score).toBe(0)
  expect(health.reasons.map((reason) => reason.split(' ')[0])).toEqual([
    'addedErrorRate',
    'replicaLagSeconds',
    'longestTransactionSeconds',
  ])
})
