import type { Queryable } from '@changeover/database'
import { errors } from './errors.ts'
import { heartbeatTtlSeconds, liveInstances } from './instance.ts'
import type { Facts, Observations, ReplicaLag } from './observations.ts'
import { readPhase, type StoredPhase } from './stored-phase.ts'

export interface GatherOptions {
  /** Looks at the engines. */
  readonly observe: (phase: StoredPhase) => Promise<Observations>
  readonly heartbeatTtlSeconds?: number
}

/**
 * Gathers what the gates judge: the stored phase, the live instances and the replicas from the database, the rest from the
 * engines.
 *
 * Errors: ROLLOUT.PHASE_MISSING, and those of `observe`.
 */
export async function gatherFacts(
  database: Queryable,
  migration: string,
  options: GatherOptions,
): Promise<Facts> {
  const phase = await requirePhase(database, migration)
  const instances = await liveInstances(
    database,
    migration,
    options.heartbeatTtlSeconds ?? heartbeatTtlSeconds,
  )
  const replicas = await replicaLags(database)
  const observed = await options.observe(phase)
  return { ...observed, replicas: observed.replicas ?? replicas, phase, instances }
}

/** The stored phase. Errors: ROLLOUT.PHASE_MISSING. */
export async function requirePhase(database: Queryable, migration: string): Promise<StoredPhase> {
  const stored = await readPhase(database, migration)
  if (stored === undefined) throw errors.PHASE_MISSING({ migration })
  return stored
}

/** How far each replica of the server is behind; null for one whose lag this user may not see. */
export async function replicaLags(database: Queryable): Promise<readonly ReplicaLag[]> {
  const { rows } = await database.query<ReplicaLag>(
    `select application_name as name,
       case when state is null then null
         when replay_lsn >= pg_current_wal_lsn() then 0
         else coalesce(extract(epoch from replay_lag), extract(epoch from clock_timestamp() - reply_time))::float8 end as "lagSeconds"
       from pg_stat_replication where state is null or state = 'streaming' order by application_name`,
  )
  return rows
}
