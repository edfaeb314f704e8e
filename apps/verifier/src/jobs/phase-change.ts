import {
  type ChangePhaseOptions,
  movePhase,
  type MoveRequest,
  type PhaseChange,
  type PhaseMove,
  setPhase,
} from '@changeover/migration'
import { describeBlocker } from '@changeover/rollout'
import { exitCodes } from '../exit-code.ts'
import { operatorName } from '../operator-name.ts'
import type { Outcome } from '../outcome.ts'
import type { Job } from '../perform.ts'
import { changeLines } from '../render/phase-text.ts'
import type { Session } from '../session.ts'

export interface PhaseChangeSettings extends Omit<MoveRequest, 'by'> {
  /** How long to wait for closed gates, and at least for writers and old transactions. */
  readonly waitSeconds?: number | undefined
}

/** Goes to the next or the previous phase, through the gates; ROLLOUT.GATES_CLOSED declines. */
export function phaseChange(move: PhaseMove, settings: PhaseChangeSettings): Job {
  return async (session) =>
    outcomeOf([await movePhase(session, move, requestOf(session, settings), optionsOf(session, settings))])
}

/** Goes to the phase that the environment means, arrow by arrow, each through its gates. */
export function phaseSet(settings: PhaseChangeSettings): Job {
  return async (session) =>
    outcomeOf(await setPhase(session, requestOf(session, settings), optionsOf(session, settings)))
}

function requestOf({ environment }: Session, settings: PhaseChangeSettings): MoveRequest {
  return { ...settings, by: operatorName(environment) }
}

function optionsOf(
  { migration: { name }, talk }: Session,
  { waitSeconds }: PhaseChangeSettings,
): ChangePhaseOptions {
  return {
    ...(waitSeconds !== undefined && { waitMs: waitSeconds * 1_000 }),
    onStep: (step) => talk.progress(`${name}: ${step}`),
    onBlocked: (blockers) => talk.progress(`Waiting for ${blockers.map(describeBlocker).join(', ')} …`),
    onProgress: (mapping, rows) => talk.progress(`Legacy catches up: ${mapping}, ${rows} rows`),
  }
}

function outcomeOf(changes: readonly PhaseChange[]): Outcome {
  const lost = changes.some(({ caughtUp }) => (caughtUp?.lost.length ?? 0) > 0)
  return {
    exitCode: lost ? exitCodes.findings : exitCodes.fine,
    data: { changes },
    text: changes.flatMap(changeLines).join('\n'),
  }
}
