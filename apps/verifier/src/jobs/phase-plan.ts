import { planPhase, rehearse, type Rehearsal } from '@changeover/migration'
import type { GateName, PhaseName, TransitionPlan } from '@changeover/rollout'
import { exitCodes } from '../exit-code.ts'
import type { Outcome } from '../outcome.ts'
import type { Job } from '../perform.ts'
import { planLines, rehearsalLines } from '../render/phase-text.ts'
import { type PhaseMove, phaseTarget } from './phase-target.ts'

export interface PhasePlanSettings {
  readonly to?: PhaseName | undefined
  readonly waive?: readonly GateName[] | undefined
  readonly emergency?: boolean | undefined
}

/** Gates and steps of a move, without doing it; for the way back with a rehearsal of all rows. Declined where a gate is closed. */
export function phasePlan(move: PhaseMove, { to: asked, waive, emergency }: PhasePlanSettings): Job {
  return async (session) => {
    const { database, migration, talk } = session
    const { stored, to } = await phaseTarget(session, move, asked)
    if (stored.phase.name === to)
      return {
        exitCode: exitCodes.fine,
        data: { stored, plan: null },
        text: `${migration.name} is in ${to}.`,
      }
    talk.progress('Looking at the gates …')
    // The rehearsal below tries all rows; once is enough.
    const options = { ...(waive && { waive }), ...(emergency !== undefined && { emergency }) }
    const plan = await planPhase(database, migration, to, options)
    const rehearsal = move === 'rollback' ? await rehearse(database, migration) : null
    return outcomeOf(plan, rehearsal)
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
