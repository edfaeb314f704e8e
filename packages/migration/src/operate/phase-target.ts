import type { Database } from '@changeover/database'
import {
  arrowBetween,
  arrowTowards,
  errors as rolloutErrors,
  type PhaseName,
  type StoredPhase,
} from '@changeover/rollout'
import { requireLegacy } from '../contract/require-legacy.ts'
import type { Migration } from '../define-migration.ts'
import { errors } from '../errors.ts'
import { phaseOf } from '../phase-of.ts'

/** advance: on towards the target · rollback: back towards legacy. */
export type PhaseMove = 'advance' | 'rollback'

const directions = { advance: 'forward', rollback: 'back' } as const

/**
 * Where a move leads to: as asked, or to the neighbour.
 *
 * Errors: ROLLOUT.PHASE_MISSING, NO_SUCH_TRANSITION; MIGRATION.CONTRACTED, PHASE_LAST, PHASE_OTHER_WAY.
 */
export async function phaseTarget(
  { database, migration }: { readonly database: Database; readonly migration: Migration },
  move: PhaseMove,
  asked: PhaseName | undefined,
): Promise<{ readonly stored: StoredPhase; readonly to: PhaseName }> {
  const stored = await phaseOf(database, migration.name)
  if (stored === undefined) throw rolloutErrors.PHASE_MISSING({ migration: migration.name })
  const from = stored.phase.name
  if (from === 'contracted' && move === 'rollback') await requireLegacy(database, migration)
  if (asked === from) return { stored, to: from }
  const arrow = asked === undefined ? arrowTowards(from, directions[move]) : arrowBetween(from, asked)
  if (arrow === undefined) throw errors.PHASE_LAST({ migration: migration.name, phase: from, move })
  if (arrow.direction !== directions[move])
    throw errors.PHASE_OTHER_WAY({ migration: migration.name, move, from, to: arrow.to })
  return { stored, to: arrow.to }
}
