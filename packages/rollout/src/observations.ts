import type { LiveInstance } from './instance.ts'
import type { StoredPhase } from './stored-phase.ts'

/**
 * What was observed of a migration, for the gates. Whatever nobody looked at is absent: a gate that needs it stays closed.
 *
 * Shape: plain data; counts are numbers of rows, ages are of the database's clock.
 */
export interface Observations {
  /** Whether triggers or subscribers that capture writes are in place, tested and as the mapping wants them. */
  readonly capture?: { readonly problems: readonly string[] }
  readonly backfill?: {
    readonly state: string
    /** ISO 8601 in UTC: when the oldest of its mappings began. */
    readonly startedAt: string
    readonly rowsRemaining: number
  }
  /** What is missing of the indexes that legacy queries need on the proxies; empty too where there are no proxies. */
  readonly proxyIndexes?: { readonly problems: readonly string[] }
  readonly quarantine?: { readonly rows: number }
  /** Replica writes that best-effort capture still owes. */
  readonly outbox?: { readonly rows: number }
  readonly certificate?: {
    readonly ageSeconds: number
    /** Why it proves nothing any more: another mapping hash, another schema, a detected bypass. */
    readonly invalid: readonly string[]
  }
  readonly shadow?: { readonly reads: number; readonly mismatches: number }
  readonly health?: { readonly score: number; readonly reasons: readonly string[] }
  /** Replicas that serve reads; observed by rollout itself unless given. */
  readonly replicas?: readonly ReplicaLag[]
  /** Real rows that were taken to the target and back, and how many of them came back otherwise. */
  readonly reverse?: {
    readonly rows: number
    readonly failures: number
    /** Whether there are no more rows than these; false unless given. */
    readonly isEverything?: boolean
  }
  /** What a rollback could not give back to legacy. `isComplete`: every row was tried; true unless given. */
  readonly losses?: {
    readonly rows: number
    readonly fields: readonly string[]
    readonly isComplete?: boolean
    readonly rowsTried?: number
  }
  readonly legacyUse?: {
    /** How long uses have been counted. */
    readonly watchedSeconds: number
    /** Who read or wrote in that time. */
    readonly users: readonly string[]
    /** Views, functions and foreign keys that still refer to legacy tables. */
    readonly dependents: readonly string[]
  }
  readonly backup?: { readonly restoredSecondsAgo: number }
  /** What the operator typed. */
  readonly confirmedName?: string
}

/** How far a replica is behind; null where that is unknown. */
export interface ReplicaLag {
  readonly name: string
  readonly lagSeconds: number | null
}

/** Everything that a gate may look at. */
export interface Facts extends Observations {
  readonly phase: StoredPhase
  readonly instances: readonly LiveInstance[]
}

/** From where on a gate is closed. */
export interface GateLimits {
  readonly certificateMaxAgeSeconds: number
  /** 0..1. */
  readonly shadowMismatchRate: number
  readonly shadowMinReads: number
  /** 0..100. */
  readonly minHealth: number
  readonly maxReplicaLagSeconds: number
  readonly reverseMinRows: number
  readonly acceptedLossRows: number
  readonly disuseSeconds: number
  readonly backupMaxAgeSeconds: number
}

/** The limits unless a migration has others. */
export const gateLimits: GateLimits = Object.freeze({
  certificateMaxAgeSeconds: 3_600,
  shadowMismatchRate: 0,
  shadowMinReads: 100,
  minHealth: 80,
  maxReplicaLagSeconds: 1,
  reverseMinRows: 1,
  acceptedLossRows: 0,
  disuseSeconds: 7 * 24 * 3_600,
  backupMaxAgeSeconds: 24 * 3_600,
})
