import { describe, expect, test } from 'vitest'
import { progressOf, type Sample, withSample } from './progress.ts'

/** Samples of a run whose rate depends on the share that is done; the estimate of the whole may be wrong and is corrected. */
function samplesOf(
  rows: number,
  rate: (share: number) => number,
  until: number,
  guess = (done: number) => rows - done,
) {
  const samples: Sample[] = []
  let atSeconds = 0
  for (let rowsDone = 0; rowsDone <= rows * until; rowsDone += rows / 100) {
    samples.push({ atSeconds, rowsDone, rowsRemaining: guess(rowsDone) })
    atSeconds += rows / 100 / rate(rowsDone / rows)
  }
  return samples
}

/** A pseudo-random number from 0 up to 1, the same in every run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

describe('FM-15 progress', () => {
  test('at an even pace says when it will be done', () => {
    const { percent, rowsPerSecond, etaSecondsLow, etaSecondsHigh } = progressOf(
      samplesOf(1_000, () => 10, 0.5),
    )
    expect([percent, rowsPerSecond]).toEqual([50, 10])
    expect([etaSecondsLow, etaSecondsHigh]).toEqual([45, expect.closeTo(55) as number])
  })

  test.each([0.1, 0.25, 0.4])(
    'half done, after the rate was halved at %d of the way, is within a quarter of the truth',
    (at) => {
      const { etaSecondsLow, etaSecondsHigh } = progressOf(
        samplesOf(10_000, (share) => (share < at ? 100 : 50), 0.5),
      )
      const truth = 5_000 / 50
      expect(etaSecondsLow).toBeGreaterThan(truth * 0.75)
      expect(etaSecondsHigh).toBeLessThan(truth * 1.25)
      expect(etaSecondsHigh).toBeGreaterThanOrEqual(truth)
    },
  )

  test('follows rows and not keys, so an id space that is half empty does not bend it', () => {
    const { percent } = progressOf(samplesOf(5_000, () => 10, 0.4))
    expect(percent).toBeCloseTo(40)
  })

  test('whatever the samples say is never above 100 % nor negative, and reaches 100 only with nothing left', () => {
    const random = numbers(7)
    for (let run = 0; run < 100; run++) {
      let samples: readonly Sample[] = []
      let atSeconds = 1_800_000_000
      let rowsDone = 0
      for (let step = 0; step < 30; step++) {
        atSeconds += Math.floor(random() * 3) - (random() < 0.1 ? 1 : 0)
        rowsDone += Math.floor(random() * 3) * 1_000
        samples = withSample(samples, {
          atSeconds,
          rowsDone,
          rowsRemaining: Math.floor(random() * 3e6) - 1e6,
        })
        const progress = progressOf(samples)
        const left = samples.at(-1)?.rowsRemaining ?? 0
        expect(progress.percent).toBeGreaterThanOrEqual(0)
        expect(progress.percent).toBeLessThanOrEqual(100)
        expect(progress.percent === 100).toBe(left <= 0)
        expect(progress.rowsEstimated).toBeGreaterThanOrEqual(rowsDone)
        for (const value of [progress.rowsPerSecond, progress.etaSecondsLow, progress.etaSecondsHigh]) {
          expect(value === null || (Number.isFinite(value) && value >= 0)).toBe(true)
        }
        expect(progress.etaSecondsLow ?? 0).toBeLessThanOrEqual(
          progress.etaSecondsHigh ?? Number.POSITIVE_INFINITY,
        )
      }
    }
  })

  test('knows no time before two samples, and none while nothing is done', () => {
    const idle = { rowsPerSecond: null, etaSecondsLow: null, etaSecondsHigh: null }
    expect(progressOf([{ atSeconds: 5, rowsDone: 10, rowsRemaining: 90 }])).toMatchObject({
      percent: 10,
      ...idle,
    })
    expect(progressOf([])).toMatchObject({ percent: 100, rowsDone: 0 })
  })

  test('says nothing remains when it is done', () => {
    const done = samplesOf(100, () => 10, 1)
    expect(progressOf(done)).toMatchObject({ percent: 100, etaSecondsLow: 0, etaSecondsHigh: 0 })
  })

  test('an overall rate alone misses the truth by more than a quarter after a halving (mutation)', () => {
    const samples = samplesOf(10_000, (share) => (share < 0.4 ? 100 : 50), 0.5)
    const last = samples.at(-1)
    const overall = (last?.rowsDone ?? 0) / (last?.atSeconds ?? 1)
    expect(5_000 / overall).toBeLessThan(100 * 0.75)
  })
})

test('samples stay few however long the run, and keep the first and the last', () => {
  let samples: readonly Sample[] = []
  for (let n = 0; n < 10_000; n++)
    samples = withSample(samples, { atSeconds: n, rowsDone: n * 7, rowsRemaining: 1 })
  expect(samples.length).toBeLessThanOrEqual(201)
  expect(samples[0]?.atSeconds).toBe(0)
  expect(samples.at(-1)?.atSeconds).toBe(9_999)
  expect(progressOf(samples).rowsPerSecond).toBeCloseTo(7)
})
