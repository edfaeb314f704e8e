import type { Database, Transaction } from './database.ts'
import { toFailure } from './to-failure.ts'

/** A place in the log of the primary: what was committed before it was taken is before it. */
export type LogPosition = string

/** Reads from a replica that show what their reader has written, and the phase that their reader has seen. */
export interface ReplicaReads {
  /** Take it after a commit, or after a change of phase was seen, and keep it for whoever must see that: in a session, a cookie. */
  position(): Promise<LogPosition>
  /**
   * Reads in one transaction: on the replica if that has replayed the log up to there, otherwise on the primary. Where the replica
   * fails in the middle, all of it runs again on the primary.
   */
  read<T>(seen: LogPosition, work: (tx: Transaction) => Promise<T>): Promise<T>
}

export interface ReplicaReadsOptions {
  readonly primary: Database
  readonly replica: Database
}

/**
 * Serves reads from a replica without showing anybody less than they have seen.
 *
 * Cost: one round trip for a position, one more for each read.
 */
export function createReplicaReads({ primary, replica }: ReplicaReadsOptions): ReplicaReads {
  return {
    async position() {
      const { rows } = await primary.query<{ position: string }>(
        'select pg_current_wal_insert_lsn()::text as position',
      )
      return rows[0]?.position ?? ''
    },
    async read(seen, work) {
      try {
        return await replica.transaction(async (tx) => {
          await requireReplayed(tx, seen)
          return work(tx)
        }, readOnly)
      } catch (error) {
        if (error !== behind && !toFailure(error).retriable) throw error
      }
      return primary.transaction(work, readOnly)
    },
  }
}

// Each statement sees at least what had been replayed when the one before it looked.
const readOnly = { readOnly: true, isolation: 'read committed' } as const
const behind = Symbol('the replica has not replayed the position')

// Inside the transaction: behind one address there may be several replicas.
async function requireReplayed(tx: Transaction, seen: LogPosition): Promise<void> {
  const { rows } = await tx.query<{ replayed: boolean }>(
    'select not pg_is_in_recovery() or coalesce(pg_last_wal_replay_lsn() >= $1::pg_lsn, false) as replayed',
    [seen],
  )
  if (rows[0]?.replayed !== true) throw behind
}
