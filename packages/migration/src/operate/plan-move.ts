import type { GateName, PhaseName, StoredPhase, TransitionPlan } from '@changeover/rollout'
import { planPhase } from '../change-phase.ts'
import type { Rehearsal } from '../rehearse.ts'
import { rehearseAndRecord } from '../rehearsal-ledger.ts'
import type { Operating } from './operating.ts'
import { type PhaseMove, phaseTarget } from './phase-target.ts'

/** Where to, and through which closed gates. */
export interface MoveSettings {
  /** The neighbour unless given. */
  readonly to?: PhaseName | undefined
  readonly waive?: readonly GateName[] | undefined
  /** Passes every gate that may be waived. */
  readonly emergency?: boolean | undefined
}

/** What a move would do now. */
export interface MovePlan {
  readonly stored: StoredPhase
  readonly to: PhaseName
  /** Null where the migration is there already. */
  readonly plan: TransitionPlan | null
  /** Only of a way back. */
  readonly rehearsal: Rehearsal | null
}

/**
 * Judges the gates of a move and lists its steps, without doing it; for the way back with a rehearsal of all rows, which is
 * recorded.
 *
 * Cost: as observing the gates, which may try every row. Errors: those of the target, and of planPhase.
 */
export async function planMove(
  { database, migration }: Pick<Operating, 'database' | 'migration'>,
  move: PhaseMove,
  { to: asked, waive, emergency }: MoveSettings = {},
): Promise<MovePlan> {
  const { stored, to } = await phaseTarget({ database, migration }, move, asked)
  if (stored.phase.name === to) return { stored, to, plan: null, rehearsal: null }
  const options = { ...(waive && { waive }), ...(emergency !== undefined && { emergency }) }
  const plan = await planPhase(database, migration, to, options)
  const rehearsal = move === 'rollback' ? await rehearseAndRecord(database, migration) : null
  return { stored, to, plan, rehearsal }
}
