import type { Health } from '@changeover/rollout'
import type { Side } from './side.ts'

/** Calls of one side and how many of them failed, in the window. */
export interface SideCounts {
  readonly invocations: number
  readonly errors: number
}

export type HealthStatus = 'healthy' | 'warning' | 'critical' | 'no_operations'

/** The score with what it was lowered by, and what each side contributed. */
export interface SwitchoverHealth extends Health {
  readonly status: HealthStatus
  readonly operations: number
  /** Percent of calls that failed. */
  readonly errorPercent: Readonly<Record<Side, number>>
  /** Points lost to each side. */
  readonly lost: Readonly<Record<Side, number>>
}

/** How many points of 100 a side costs when all of its calls fail. */
const weights: Readonly<Record<Side, number>> = Object.freeze({ target: 70, legacy: 30 })
/** Above is healthy; above the second still a warning. */
export const healthBounds = Object.freeze({ healthy: 90, warning: 70 })

/**
 * 100 − (0.7 × error % of the target + 0.3 × error % of legacy), with a reason for every lost point. Pure.
 *
 * @example
 * const calls = { legacy: { invocations: 50, errors: 0 }, target: { invocations: 50, errors: 10 } }
 * switchoverHealth(calls).score // => 86
 * switchoverHealth(calls).reasons // => ['10 of 50 calls of target failed, 20 % (−14)']
 */
export function switchoverHealth(calls: Readonly<Record<Side, SideCounts>>): SwitchoverHealth {
  const operations = calls.legacy.invocations + calls.target.invocations
  const errorPercent = { legacy: percentOf(calls.legacy), target: percentOf(calls.target) }
  const lost = {
    legacy: (errorPercent.legacy * weights.legacy) / 100,
    target: (errorPercent.target * weights.target) / 100,
  }
  const score = operations === 0 ? 0 : 100 - lost.legacy - lost.target
  const byLoss = (['target', 'legacy'] as const).toSorted((left, right) => lost[right] - lost[left])
  const reasons = byLoss
    .filter((side) => lost[side] > 0)
    .map((side) => {
      const { invocations, errors } = calls[side]
      return `${errors} of ${invocations} calls of ${side} failed, ${rounded(errorPercent[side])} % (−${rounded(lost[side])})`
    })
  return {
    status: statusOf(score, operations),
    score: rounded(score),
    reasons: operations === 0 ? ['there were no calls'] : reasons,
    operations,
    errorPercent,
    lost,
  }
}

function percentOf({ invocations, errors }: SideCounts): number {
  return (errors / Math.max(invocations, 1)) * 100
}

function statusOf(score: number, operations: number): HealthStatus {
  if (operations === 0) return 'no_operations'
  if (score > healthBounds.healthy) return 'healthy'
  return score > healthBounds.warning ? 'warning' : 'critical'
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
