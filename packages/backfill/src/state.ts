import type { Queryable } from '@changeover/database'
import type { Key } from '@changeover/sync'
import type { Throttle } from './throttle.ts'

/** `running` is what a run that was killed leaves behind too: see `secondsSinceProgress`. */
export type RunState = 'running' | 'stopped' | 'failed' | 'done'

/** What the ledger says of one mapping. Times are texts as the database writes them. */
export interface BackfillState {
  readonly mapping: string
  readonly state: RunState
  readonly mappingHash: string
  readonly cursor: Key | null
  readonly upTo: Key | null
  readonly rowsDone: number
  readonly rowsRemaining: number
  readonly inserted: number
  readonly updated: number
  readonly linked: number
  readonly unlinked: number
  readonly batches: number
  readonly quarantined: number
  /** Code, message and fix of the failure that ended the last run. */
  readonly failure: { readonly code: string; readonly message: string; readonly fix: string } | null
  /** What slowed its last batch down; null at full speed, and where nothing runs. */
  readonly throttle: Throttle | null
  readonly startedAt: string
  readonly updatedAt: string
  readonly finishedAt: string | null
  readonly secondsSinceProgress: number
}

/** Every mapping of the migration that a backfill has begun, by name. Cost: one statement; counts the quarantine. */
export async function readStates(queryable: Queryable, migration: string): Promise<readonly BackfillState[]> {
  const { rows } = await queryable.query<{ state: string }>(
    `SELECT json_build_object('mapping', b.mapping, 'state', b.state, 'mappingHash', b.mapping_hash,
       'cursor', b.cursor, 'upTo', b.upper_bound, 'rowsDone', b.rows_done, 'rowsRemaining', b.rows_remaining,
       'inserted', b.inserted, 'updated', b.updated, 'linked', b.linked, 'unlinked', b.unlinked, 'batches', b.batches,
       'quarantined', (SELECT count(*) FROM changeover.quarantine AS q WHERE q.migration = b.migration AND q.mapping = b.mapping),
       'failure', b.failure::json, 'throttle', b.throttle::json, 'startedAt', b.started_at::text, 'updatedAt', b.updated_at::text,
       'finishedAt', b.finished_at::text,
       'secondsSinceProgress', extract(epoch FROM clock_timestamp() - b.updated_at)::float8)::text AS state
     FROM changeover.backfill AS b WHERE b.migration = $1 ORDER BY b.mapping`,
    [migration],
  )
  return rows.map(({ state }) => JSON.parse(state) as BackfillState) // built by the statement above
}
