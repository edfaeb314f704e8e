import { isFailure } from '@changeover/errors'
import type { Transaction } from '@changeover/database'
import type { Signals } from './throttle.ts'

/**
 * Looks at the server at the end of a batch, while its locks are still held: who is at work, who waits for us, how far standbys are
 * behind. Undefined where the server does not tell; the batch goes on.
 *
 * Cost: three round trips; reads statistics views only.
 */
export async function readSignals(tx: Transaction): Promise<Omit<Signals, 'slowdown'> | undefined> {
  await tx.query('SAVEPOINT changeover_signals')
  try {
    const { rows } = await tx.query<Omit<Signals, 'slowdown'>>(signalsSql)
    await tx.query('RELEASE SAVEPOINT changeover_signals')
    return rows[0]
  } catch (error) {
    if (!isFailure(error)) throw error
    await tx.query('ROLLBACK TO SAVEPOINT changeover_signals; RELEASE SAVEPOINT changeover_signals')
    return undefined
  }
}

// Whoever waits for a lock or for a clock takes nothing from us; parallel workers of our own statement are ours. An instant shows few of those
// whose requests are short: a transaction between two statements counts, and a backend that was at work a moment ago for a quarter.
const signalsSql = `SELECT
  (count(*) FILTER (WHERE state = 'active' AND coalesce(wait_event_type, '') NOT IN ('Lock', 'Client', 'Timeout', 'Activity'))
    + count(*) FILTER (WHERE state = 'idle in transaction' AND state_change > clock_timestamp() - interval '1 s')
    + count(*) FILTER (WHERE state = 'idle' AND state_change > clock_timestamp() - interval '50 ms') / 4.0)::float8
    AS "othersAtWork",
  count(*) FILTER (WHERE CASE WHEN wait_event_type = 'Lock' THEN pg_backend_pid() = ANY (pg_blocking_pids(pid)) ELSE false END)::int
    AS "waitingForUs",
  coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)) FILTER (WHERE backend_type = 'client backend'), 0)::float8
    AS "oldestTransactionSeconds",
  (count(*) FILTER (WHERE backend_type IS NULL AND datid IS NOT NULL)
    + (SELECT count(*) FROM pg_stat_replication WHERE state IS NULL))::int AS "hiddenBackends",
  (SELECT max(extract(epoch FROM replay_lag))::float8 FROM pg_stat_replication) AS "replicaLagSeconds"
FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND leader_pid IS DISTINCT FROM pg_backend_pid()
  AND (backend_type IS NULL OR backend_type IN ('client backend', 'parallel worker'))`
