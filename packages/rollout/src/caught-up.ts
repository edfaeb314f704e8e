import type { Database } from '@changeover/database'
import { errors } from './errors.ts'
import { requirePhase } from './gather-facts.ts'
import type { StoredPhase } from './stored-phase.ts'

/** What proves that legacy has every write of the target again. */
export interface CatchUp {
  readonly migration: string
  /** The epoch under which legacy was filled. */
  readonly epoch: string
  /** When that work began, ISO 8601 in UTC, of the database's clock. */
  readonly startedAt: string
  readonly by: string
  readonly reason: string
}

/**
 * Records that legacy, which was frozen while the target went on, has been filled again: it may become the authority.
 * That counts only when every writer wrote both sides before the filling began.
 *
 * Errors: ROLLOUT.CATCH_UP_REFUSED, ROLLOUT.PHASE_MISSING.
 */
export async function recordCaughtUp(database: Database, proof: CatchUp): Promise<StoredPhase> {
  const { migration, epoch, startedAt, by, reason } = proof
  const { rowCount } = await database.query(
    `with caught_up as (
       update changeover.phase set legacy_stale = false, version = version + 1
        where migration = $1 and epoch = $2::bigint and phase = 'target-leads' and synced_since <= $3::timestamptz
        returning phase)
     insert into changeover.phase_history (migration, what, from_phase, to_phase, epoch, by, reason, gates, details)
     select $1, 'caught-up', phase, phase, $2::bigint, $4, $5, '[]'::jsonb, jsonb_build_object('startedAt', $3::text) from caught_up`,
    [migration, epoch, startedAt, by, reason],
  )
  const stored = await requirePhase(database, migration)
  if (rowCount > 0) return stored
  const { phase, syncedSince = 'not yet' } = stored
  throw errors.CATCH_UP_REFUSED({
    migration,
    phase: phase.name,
    epoch: stored.epoch,
    expected: epoch,
    startedAt,
    syncedSince,
  })
}
