import type { Observations } from './observations.ts'

/** What is measured while a migration is under way. Whatever nobody measured is absent. */
export interface HealthSignals {
  /** Share of requests that failed since dual write began, beyond those before it, 0..1. */
  readonly addedErrorRate?: number
  /** Share of shadow reads that disagree, 0..1. */
  readonly mismatchRate?: number
  /** Latency of writes beside that without dual write: 1.2 is a fifth slower. */
  readonly writeLatencyRatio?: number
  /** Age of the oldest write that is owed to the other side. */
  readonly outboxSeconds?: number
  readonly replicaLagSeconds?: number
  readonly longestTransactionSeconds?: number
  /** Writes that reached one side only, found by the bypass detector. */
  readonly bypassedWrites?: number
}

export type Health = NonNullable<Observations['health']>

interface Scale {
  /** Up to here nothing is wrong. */
  readonly fine: number
  /** From here on the whole weight is lost. */
  readonly bad: number
  /** Points of 100. */
  readonly weight: number
}

/** How much each signal counts. Whoever loses or changes data costs the most. */
export const healthScales: Readonly<Record<keyof HealthSignals, Scale>> = Object.freeze({
  addedErrorRate: { fine: 0, bad: 0.01, weight: 100 },
  mismatchRate: { fine: 0, bad: 0.01, weight: 60 },
  bypassedWrites: { fine: 0, bad: 1, weight: 60 },
  outboxSeconds: { fine: 5, bad: 300, weight: 30 },
  writeLatencyRatio: { fine: 1.35, bad: 3, weight: 25 },
  replicaLagSeconds: { fine: 1, bad: 60, weight: 25 },
  longestTransactionSeconds: { fine: 30, bad: 600, weight: 15 },
})

/**
 * Makes one number of what was measured, 0..100, and says what it was lowered by, worst first. A signal that is not known
 * costs half of its weight: silence is no good news. Pure.
 *
 * @example
 * healthOf(quiet) // => { score: 100, reasons: [] }
 */
export function healthOf(signals: HealthSignals): Health {
  const losses = Object.entries(healthScales)
    .map(([name, scale]) => {
      const value = signals[name as keyof HealthSignals] // the keys of the scales are those of the signals
      return {
        lost: lossOf(value, scale),
        text: value === undefined ? `${name} is unknown` : `${name} is ${value}`,
      }
    })
    .filter(({ lost }) => lost > 0)
    .toSorted((left, right) => right.lost - left.lost)
  const lost = losses.reduce((sum, each) => sum + each.lost, 0)
  return {
    score: Math.max(0, Math.round(100 - lost)),
    reasons: losses.map((each) => `${each.text} (−${Math.round(each.lost)})`),
  }
}

/** Signals of a system in which nothing is wrong. */
export const quiet: Required<HealthSignals> = Object.freeze({
  addedErrorRate: 0,
  mismatchRate: 0,
  bypassedWrites: 0,
  outboxSeconds: 0,
  writeLatencyRatio: 1,
  replicaLagSeconds: 0,
  longestTransactionSeconds: 0,
})

function lossOf(value: number | undefined, { fine, bad, weight }: Scale): number {
  if (value === undefined || Number.isNaN(value)) return weight / 2
  return weight * Math.min(1, Math.max(0, (value - fine) / (bad - fine)))
}
