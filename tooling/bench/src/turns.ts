import { type Measure, median, seconds } from './measure.ts'

/** Work of which the second way is the legacy one. */
export interface Turns {
  readonly name: string
  readonly bound: number
  ours(round: number): Promise<unknown>
  other(round: number): Promise<unknown>
}

/** Both ways in turns, the median of the faster half of each: what else the machine does meanwhile is not in it. */
export async function takeTurns({ name, bound, ours, other }: Turns, rounds: number): Promise<Measure> {
  const times = { ours: [] as number[], other: [] as number[] }
  for (let round = -5; round < rounds; round++) {
    const before = await seconds(() => other(Math.abs(round)))
    const after = await seconds(() => ours(Math.abs(round)))
    if (round < 0) continue
    times.ours.push(after)
    times.other.push(before)
  }
  const [after, before] = [fasterHalf(times.ours), fasterHalf(times.other)]
  const shown = (value: number) => `${(value * 1000).toFixed(2)} ms`
  return { name, ours: shown(after), other: `legacy ${shown(before)}`, ratio: after / before, bound }
}

function fasterHalf(times: readonly number[]): number {
  return median(times.toSorted((left, right) => left - right).slice(0, Math.ceil(times.length / 2)))
}
