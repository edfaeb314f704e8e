import { changePhase, type ChangePhaseOptions, type PhaseChange, phaseOf } from '@changeover/migration'
import { errors as rolloutErrors, pathBetween, type PhaseName, readFlags } from '@changeover/rollout'
import { exitCodes } from '../exit-code.ts'
import { operatorName } from '../operator-name.ts'
import type { Outcome } from '../outcome.ts'
import type { Job } from '../perform.ts'
import { changeLines } from '../render/phase-text.ts'
import type { Session } from '../session.ts'
import { type PhasePlanSettings } from './phase-plan.ts'
import { type PhaseMove, phaseTarget } from './phase-target.ts'

export interface PhaseChangeSettings extends PhasePlanSettings {
  readonly reason: string
  readonly expectedEpoch?: string | undefined
  /** How long to wait for closed gates. */
  readonly waitSeconds?: number | undefined
}

/** Goes to the next or the previous phase, through the gates. */
export function phaseChange(move: PhaseMove, settings: PhaseChangeSettings): Job {
  return async (session) => {
    const { to } = await phaseTarget(session, move, settings.to)
    return outcomeOf([await go(session, to, settings)])
  }
}

/** Goes to the phase that the environment means, arrow by arrow, each through its gates. */
export function phaseSet(settings: PhaseChangeSettings): Job {
  return async (session) => {
    const { database, environment, migration } = session
    const { phase: wanted } = readFlags(environment, migration.flags)
    const stored = await phaseOf(database, migration.name)
    if (stored === undefined) throw rolloutErrors.PHASE_MISSING({ migration: migration.name })
    const path = pathBetween(stored.phase.name, wanted.name).map(({ to }) => to)
    const changes: PhaseChange[] = []
    for (const to of path.length === 0 ? [wanted.name] : path) changes.push(await go(session, to, settings))
    return outcomeOf(changes)
  }
}

/** Errors: those of changePhase; ROLLOUT.GATES_CLOSED declines. */
async function go(session: Session, to: PhaseName, settings: PhaseChangeSettings): Promise<PhaseChange> {
  const { database, environment, migration, talk } = session
  const { reason, waive, emergency, expectedEpoch, waitSeconds } = settings
  const options: ChangePhaseOptions = {
    ...(waitSeconds !== undefined && { waitForGatesMs: waitSeconds * 1_000 }),
    onStep: (step) => talk.progress(`${migration.name} → ${to}: ${step}`),
    onBlocked: (blockers) => talk.progress(`Waiting for ${blockers.length} transactions …`),
    onProgress: (mapping, rows) => talk.progress(`Legacy catches up: ${mapping}, ${rows} rows`),
  }
  return changePhase(
    database,
    migration,
    {
      to,
      by: operatorName(environment),
      reason,
      ...(waive && { waive }),
      ...(emergency !== undefined && { emergency }),
      ...(expectedEpoch !== undefined && { expectedEpoch }),
    },
    options,
  )
}

function outcomeOf(changes: readonly PhaseChange[]): Outcome {
  const lost = changes.some(({ caughtUp }) => (caughtUp?.lost.length ?? 0) > 0)
  return {
    exitCode: lost ? exitCodes.findings : exitCodes.fine,
    data: { changes },
    text: changes.flatMap(changeLines).join('\n'),
  }
}
