import type { Queryable } from '@changeover/database'
import { errors } from './errors.ts'
import { heartbeatTtlSeconds, liveInstances } from './instance.ts'
import type { GateName } from './gates.ts'
import { type Facts, type GateLimits, gateLimits, type Observations } from './observations.ts'
import { replicaLags } from './replica-lag.ts'
import { readPhase, type StoredPhase } from './stored-phase.ts'

export interface GatherOptions {
  /** Looks at the engines. */
  readonly observe: (phase: StoredPhase) => Promise<Observations>
  readonly heartbeatTtlSeconds?: number
  /** The gates that will be judged; all unless given. Whoever asks for `replicas-fresh` waits for them. */
  readonly gates?: readonly GateName[]
  readonly limits?: Partial<GateLimits>
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
  const observed = await options.observe(phase)
  if (observed.replicas !== undefined || options.gates?.includes('replicas-fresh') === false)
    return { ...observed, phase, instances }
  const { maxReplicaLagSeconds } = { ...gateLimits, ...options.limits }
  const replicas = await replicaLags(database, maxReplicaLagSeconds * 1_000 + beyondLimitMs)
  return { ...observed, replicas, phase, instances }
}

// A replica that is not seen to catch up must be seen to be behind the limit.
const beyondLimitMs = 50

/** The stored phase. Errors: ROLLOUT.PHASE_MISSING. */
export async function requirePhase(database: Queryable, migration: string): Promise<StoredPhase> {
  const stored = await readPhase(database, migration)
  if (stored === undefined) throw errors.PHASE_MISSING({ migration })
  return stored
}
