import { type Arrow, arrowBetween } from './arrow.ts'
import { closedOf, judge, type JudgeOptions, type Verdict } from './judge.ts'
import type { Facts } from './observations.ts'
import type { PhaseName } from './phase.ts'

/** What a transition would do now, without doing anything. */
export interface TransitionPlan {
  readonly arrow: Arrow
  readonly verdicts: readonly Verdict[]
  /** What keeps it from happening. */
  readonly closed: readonly Verdict[]
  /** What would be done, in order, as sentences. */
  readonly steps: readonly string[]
}

/**
 * Plans a transition from the facts. Pure.
 *
 * Errors: ROLLOUT.NO_SUCH_TRANSITION, ROLLOUT.NO_WAY_BACK.
 */
export function planTransition(facts: Facts, to: PhaseName, options: JudgeOptions = {}): TransitionPlan {
  const arrow = arrowBetween(facts.phase.phase.name, to)
  const verdicts = judge(arrow, facts, options)
  const nextEpoch = BigInt(facts.phase.epoch) + 1n
  return {
    arrow,
    verdicts,
    closed: closedOf(verdicts),
    steps: [
      `begin: keep other operators out, and record the transition ${arrow.from} → ${arrow.to}`,
      `judge: ${arrow.gates.length} gates`,
      'prepare: install what the new phase needs',
      `flip: wait for the writers of epoch ${facts.phase.epoch}, then write ${arrow.to} with epoch ${nextEpoch}; ${arrow.readPercent} % of reads from the target`,
      `fence: wait for every transaction that began before epoch ${nextEpoch}`,
      'complete: remove what the old phase needed, and record the end',
    ],
  }
}
