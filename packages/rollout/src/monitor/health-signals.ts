import type { Queryable } from '@changeover/database'
import type { HealthSignals } from '../health.ts'
import { replicaLags } from '../replica-lag.ts'
import type { StoredPhase } from '../stored-phase.ts'
import { shadowStatistics } from './shadow-ledger.ts'

/** Fewer requests say nothing about a rate. */
const fewestRequests = 20

/** How long a replica that is behind may keep whoever asks for the health. */
const replicaPatienceMs = 250

/**
 * Reads the signals that are in the database: the request monitor's counts of this phase beside those of legacy alone, shadow reads since
 * dual write is on, replicas, and open transactions. What nobody counted is absent. What the engines know (outbox, bypass) is theirs to add.
 *
 * Cost: some statements on small tables and statistics; a moment more while a replica is behind.
 */
export async function healthSignals(
  database: Queryable,
  { migration, phase, syncedSince }: Pick<StoredPhase, 'migration' | 'phase' | 'syncedSince'>,
): Promise<HealthSignals> {
  const now = await requestsOf(database, migration, phase.name, syncedSince ?? '-infinity')
  const before = await requestsOf(database, migration, 'legacy-only', '-infinity')
  const shadow = await shadowStatistics(database, migration, syncedSince)
  const reads = shadow.reduce((sum, each) => sum + each.reads, 0)
  const mismatches = shadow.reduce((sum, each) => sum + each.mismatches, 0)
  const lags = (await replicaLags(database, replicaPatienceMs)).map(({ lagSeconds }) => lagSeconds)
  const isRateKnown = now.requests >= fewestRequests
  return {
    ...(isRateKnown && { addedErrorRate: Math.max(0, rateOf(now) - rateOf(before)) }),
    ...(now.writes >= fewestRequests &&
      before.writes >= fewestRequests && {
        writeLatencyRatio: now.writeMs / now.writes / (before.writeMs / before.writes),
      }),
    ...(reads > 0 && { mismatchRate: mismatches / reads }),
    ...(lags.every((lag) => lag !== null) && { replicaLagSeconds: Math.max(0, ...lags) }),
    longestTransactionSeconds: await longestTransaction(database),
  }
}

interface Counts {
  readonly requests: number
  readonly failed: number
  readonly writes: number
  readonly writeMs: number
}

/** Of the last hour in which there were any, so that yesterday's trouble is not today's. */
async function requestsOf(
  database: Queryable,
  migration: string,
  phase: string,
  since: string,
): Promise<Counts> {
  const { rows } = await database.query<Counts>(
    `with mine as (select * from changeover.request_count
       where migration = $1 and phase = $2 and minute >= date_trunc('minute', $3::timestamptz))
     select coalesce(sum(requests), 0)::float8 as requests, coalesce(sum(failed), 0)::float8 as failed,
       coalesce(sum(writes), 0)::float8 as writes, coalesce(sum(write_ms), 0)::float8 as "writeMs"
     from mine where minute > (select max(minute) from mine) - interval '1 hour'`,
    [migration, phase, since],
  )
  return rows[0] ?? { requests: 0, failed: 0, writes: 0, writeMs: 0 }
}

function rateOf({ requests, failed }: Counts): number {
  return requests === 0 ? 0 : failed / requests
}

/** Age of the oldest transaction of others, in seconds; 0 where there is none. */
async function longestTransaction(database: Queryable): Promise<number> {
  const { rows } = await database.query<{ seconds: number }>(
    `select coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0)::float8 as seconds
     from pg_stat_activity where xact_start is not null and pid <> pg_backend_pid() and backend_type = 'client backend'`,
  )
  return rows[0]?.seconds ?? 0
}
