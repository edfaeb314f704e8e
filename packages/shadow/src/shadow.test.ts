import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createShadow, type Observation, type ShadowOptions } from './index.ts'

function shadowWith(options: Partial<ShadowOptions> = {}) {
  const seen: Observation[] = []
  const shadow = createShadow({
    sampleRate: 1,
    random: () => 0,
    deadlineMs: 50,
    record: (observation) => seen.push(observation),
    ...options,
  })
  return { shadow, seen }
}

const answer = async () => ({ rows: [1, 2] })
const never = () => new Promise<never>(() => {})

describe('FM-42 the caller gets the answer of the control, whatever the candidate does:', () => {
  const candidates: Readonly<Record<string, () => Promise<unknown>>> = {
    'it hangs': never,
    'it throws at once': () => {
      throw new TypeError('at once')
    },
    'it rejects': () => Promise.reject(new RangeError('later')),
    'it answers rubbish': async () => Symbol('rubbish'),
    'it answers a hundred megabytes': async () => ({ rows: 'x'.repeat(100_000_000) }),
    'it answers something that cannot be looked at': async () =>
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no')
          },
        },
      ),
  }
  const verdicts: Readonly<Record<string, string>> = {
    'it hangs': 'timed-out',
    'it throws at once': 'candidate-failed',
    'it rejects': 'candidate-failed',
    'it answers rubbish': 'different',
    'it answers a hundred megabytes': 'different',
    'it answers something that cannot be looked at': 'not-compared',
  }
  test.each(Object.entries(candidates))('%s', async (what, candidate) => {
    const { shadow, seen } = shadowWith()
    const value = { rows: [1, 2] }
    expect(await shadow.call('list', async () => value, candidate)).toBe(value)
    expect(seen).toEqual([])
    await shadow.settled()
    expect(seen).toMatchObject([{ operation: 'list', verdict: verdicts[what] }])
  })

  test('the comparison throws', async () => {
    const clean = () => {
      throw new Error('no')
    }
    const { shadow, seen } = shadowWith({ clean })
    await shadow.call('list', answer, answer)
    await shadow.settled()
    expect(seen[0]?.verdict).toBe('not-compared')
  })

  test('the record throws', async () => {
    const { shadow } = shadowWith({
      record: () => {
        throw new Error('full')
      },
    })
    expect(await shadow.call('list', answer, answer)).toEqual({ rows: [1, 2] })
    await shadow.settled()
    expect(shadow.counts()).toMatchObject({ probed: 1, unrecorded: 1 })
  })

  test('and the error of the control, which is the very one', async () => {
    const { shadow, seen } = shadowWith()
    const error = new Error('gone')
    await expect(shadow.call('list', () => Promise.reject(error), answer)).rejects.toBe(error)
    await shadow.settled()
    expect(seen[0]).toMatchObject({ verdict: 'control-failed', error: 'Error' })
  })
})

describe('FM-42 a shadow with the prevention switched off (mutation):', () => {
  test('without a rest it goes on asking a candidate that is down', async () => {
    const { shadow } = shadowWith({ failuresToRest: 1_000 })
    for (let index = 0; index < 6; index++) {
      await shadow.call('list', answer, () => Promise.reject(new Error('no')))
      await shadow.settled()
    }
    expect(shadow.counts()).toMatchObject({ probed: 6, resting: 0 })
  })

  test('without a deadline candidates that hang are never told of, and keep every other one from being asked', async () => {
    const probe = async (deadlineMs: number) => {
      const { shadow, seen } = shadowWith({ deadlineMs, maxConcurrent: 1 })
      shadow.observe('list', never)
      await setTimeout(60)
      await shadow.call('list', answer, answer)
      await setTimeout(20)
      return { verdicts: seen.map(({ verdict }) => verdict), busy: shadow.counts().busy }
    }
    expect(await probe(20)).toEqual({ verdicts: ['timed-out', 'same'], busy: 0 })
    expect(await probe(60_000)).toEqual({ verdicts: [], busy: 1 })
  })

  test('without a cap a burst of requests is a burst of candidates', async () => {
    const atOnce = async (maxConcurrent: number) => {
      let [running, most] = [0, 0]
      const candidate = async () => {
        most = Math.max(most, ++running)
        await setTimeout(1)
        running--
        return { rows: [1, 2] }
      }
      const { shadow } = shadowWith({ maxConcurrent })
      await Promise.all(Array.from({ length: 50 }, () => shadow.call('list', answer, candidate)))
      await shadow.settled()
      return most
    }
    expect(await atOnce(2)).toBeLessThanOrEqual(2)
    expect(await atOnce(1_000)).toBe(50)
  })
})

describe('a shadow', () => {
  test('begins after its caller has gone on', async () => {
    const order: string[] = []
    const { shadow } = shadowWith()
    const candidate = async () => {
      order.push('candidate')
      return answer()
    }
    await shadow.call('list', answer, candidate).then(() => order.push('caller'))
    await shadow.settled()
    expect(order).toEqual(['caller', 'candidate'])
  })

  test('probes a sample, and of that a part against the control itself', async () => {
    let turn = 0
    const random = () => ((turn++ * 7919) % 1000) / 1000
    const { shadow, seen } = shadowWith({ sampleRate: 0.3, noiseRate: 0.5, random, maxConcurrent: 1_000 })
    for (let index = 0; index < 1_000; index++) await shadow.call('list', answer, async () => 'another')
    await shadow.settled()
    expect(shadow.counts().calls).toBe(1_000)
    expect(seen.length).toBeGreaterThan(200)
    expect(seen.length).toBeLessThan(400)
    const [noise, real] = [
      seen.filter((each) => each.isAgainstItself),
      seen.filter((each) => !each.isAgainstItself),
    ]
    expect(noise.length).toBeGreaterThan(50)
    expect(new Set(noise.map(({ verdict }) => verdict))).toEqual(new Set(['same']))
    expect(new Set(real.map(({ verdict }) => verdict))).toEqual(new Set(['different']))
  })

  test('looks again before it counts a difference', async () => {
    const { shadow, seen } = shadowWith()
    let moment = 0
    await shadow.call('list', answer, async () => ({ rows: moment++ === 0 ? [] : [1, 2] }))
    await shadow.settled()
    expect(seen.map(({ verdict }) => verdict)).toEqual(['same'])
  })

  test('leaves out what comes while enough is under way', async () => {
    const { shadow } = shadowWith({ maxConcurrent: 2 })
    for (let index = 0; index < 5; index++) shadow.observe('list', never)
    await shadow.settled()
    expect(shadow.counts()).toMatchObject({ probed: 2, busy: 3 })
  })

  test('rests after failures in a row, and tries again later', async () => {
    const { shadow, seen } = shadowWith({ failuresToRest: 3, restMs: 30 })
    const failing = () => Promise.reject(new Error('no'))
    for (let index = 0; index < 6; index++) {
      await shadow.call('list', answer, failing)
      await shadow.settled()
    }
    expect(shadow.counts()).toMatchObject({ probed: 3, resting: 3 })
    await expect
      .poll(async () => {
        await shadow.call('list', answer, answer)
        await shadow.settled()
        return seen.at(-1)?.verdict
      })
      .toBe('same')
  })

  test('tells what failed by class and code, not by its message', async () => {
    const { shadow, seen } = shadowWith()
    const error = Object.assign(new Error('row of ada@example.org'), { code: '23505' })
    await shadow.call('list', answer, () => Promise.reject(error))
    await shadow.settled()
    expect(JSON.stringify(seen)).not.toContain('ada')
    expect(seen[0]?.error).toBe('Error 23505')
  })
})
