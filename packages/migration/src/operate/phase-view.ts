import {
  type Arrow,
  arrowsFrom,
  errors as rolloutErrors,
  type HistoryEntry,
  type LiveInstance,
  liveInstances,
  openTransitionOf,
  readHistory,
  type StoredPhase,
  type TransitionRecord,
} from '@changeover/rollout'
import { phaseOf } from '../phase-of.ts'
import type { Operating } from './operating.ts'

/** The stored phase, who acts by it, and how it came to be. */
export interface PhaseView {
  readonly stored: StoredPhase
  readonly instances: readonly LiveInstance[]
  readonly openTransition: TransitionRecord | null
  readonly possible: readonly Pick<Arrow, 'to' | 'direction' | 'reason'>[]
  /** Oldest first. */
  readonly history: readonly HistoryEntry[]
}

/** Looks at the phase of a migration. Cost: five statements on bookkeeping. Errors: ROLLOUT.PHASE_MISSING. */
export async function viewPhase({
  database,
  migration: { name },
}: Pick<Operating, 'database' | 'migration'>): Promise<PhaseView> {
  const stored = await phaseOf(database, name)
  if (stored === undefined) throw rolloutErrors.PHASE_MISSING({ migration: name })
  return {
    stored,
    instances: await liveInstances(database, name),
    openTransition: (await openTransitionOf(database, name)) ?? null,
    possible: arrowsFrom(stored.phase.name).map(({ to, direction, reason }) => ({ to, direction, reason })),
    history: await readHistory(database, name),
  }
}
