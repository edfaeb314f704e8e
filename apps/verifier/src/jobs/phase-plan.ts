import { type MoveSettings, type PhaseMove, planMove, type Rehearsal } from '@changeover/migration'
import type { TransitionPlan } from '@changeover/rollout'
import { exitCodes } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import type { Job } from '../perform.ts'
import { planLines, rehearsalLines } from '../render/phase-text.ts'

/** Gates and steps of a move, without doing it; for the way back with a rehearsal of all rows. Declined where a gate is closed. */
export function phasePlan(move: PhaseMove, settings: MoveSettings): Job {
  return async (session) => {
    session.talk.progress('Looking at the gates …')
    const { stored, to, plan, rehearsal } = await planMove(session, move, settings)
    if (plan !== null) return outcomeOf(plan, rehearsal)
    const text = `${session.migration.name} is in ${to}.`
    return { exitCode: exitCodes.fine, data: { stored, plan }, text }
  }
}

function outcomeOf(plan: TransitionPlan, rehearsal: Rehearsal | null): Outcome {
  const { arrow, closed } = plan
  const lines = [
    `${arrow.from} → ${arrow.to}: ${arrow.reason}`,
    ...planLines(plan),
    ...(rehearsal === null ? [] : rehearsalLines(arrow, rehearsal)),
    closed.length === 0 ? '✓ Nothing is in the way.' : `✗ ${closed.length} gates are closed.`,
  ]
  const exitCode = closed.length === 0 ? exitCodes.fine : exitCodes.declined
  return { exitCode, data: { ...plan, rehearsal }, text: lines.join('\n') }
}
