import { errors as rolloutErrors, pathBetween, type PhaseName, readFlags } from '@changeover/rollout'
import { changePhase, type ChangePhaseOptions, type PhaseChange } from '../change-phase.ts'
import { phaseOf } from '../phase-of.ts'
import type { Operating } from './operating.ts'
import { type PhaseMove, phaseTarget } from './phase-target.ts'
import type { MoveSettings } from './plan-move.ts'

/** A move, by whom and why. */
export interface MoveRequest extends MoveSettings {
  readonly by: string
  readonly reason: string
  /** Refused when the phase is another one by now. */
  readonly expectedEpoch?: string | undefined
}

type Moving = Pick<Operating, 'database' | 'migration'>

/**
 * Goes to the next or the previous phase, through the gates.
 *
 * Errors: those of changePhase; MIGRATION.PHASE_LAST, PHASE_OTHER_WAY.
 */
export async function movePhase(
  moving: Moving,
  move: PhaseMove,
  request: MoveRequest,
  options: ChangePhaseOptions = {},
): Promise<PhaseChange> {
  const { to } = await phaseTarget(moving, move, request.to)
  return go(moving, to, request, options)
}

/** Goes to the phase that the environment means, arrow by arrow, each through its gates. Errors: those of changePhase. */
export async function setPhase(
  { environment, ...moving }: Moving & Pick<Operating, 'environment'>,
  request: Omit<MoveRequest, 'to'>,
  options: ChangePhaseOptions = {},
): Promise<readonly PhaseChange[]> {
  const { database, migration } = moving
  const { phase: wanted } = readFlags(environment, migration.flags)
  const stored = await phaseOf(database, migration.name)
  if (stored === undefined) throw rolloutErrors.PHASE_MISSING({ migration: migration.name })
  const path = pathBetween(stored.phase.name, wanted.name).map(({ to }) => to)
  const changes: PhaseChange[] = []
  for (const to of path.length === 0 ? [wanted.name] : path)
    changes.push(await go(moving, to, request, options))
  return changes
}

function go(
  { database, migration }: Moving,
  to: PhaseName,
  { by, reason, waive, emergency, expectedEpoch }: Omit<MoveRequest, 'to'>,
  options: ChangePhaseOptions,
): Promise<PhaseChange> {
  const request = {
    to,
    by,
    reason,
    ...(waive && { waive }),
    ...(emergency !== undefined && { emergency }),
    ...(expectedEpoch !== undefined && { expectedEpoch }),
  }
  return changePhase(database, migration, request, options)
}
