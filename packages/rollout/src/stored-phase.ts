import type { Queryable, Transaction } from '@changeover/database'
import { bug, isFailure } from '@changeover/errors'
import { errors } from './errors.ts'
import { phaseMissingState } from './ledger-ddl.ts'
import { type Phase, type PhaseName, phases } from './phase.ts'

/** A phase with the number of the flip that led to it. */
export interface CurrentPhase {
  readonly phase: Phase
  /** Grows by one with every flip. As text: a bigint. */
  readonly epoch: string
}

/** The stored phase of a migration, and what belongs to it. */
export interface StoredPhase extends CurrentPhase {
  readonly migration: string
  /** Grows with every change, also of the read share. As text: a bigint. */
  readonly version: string
  /** Whether the target may hold what legacy has never seen. */
  readonly targetHasLed: boolean
  /** Whether legacy was frozen while the target went on, and has not been caught up since. */
  readonly legacyStale: boolean
  /** Share of keys that are read from the target, 0..100. */
  readonly readPercent: number
  /** Tenants that are read from the target, whatever their bucket. */
  readonly readTenants: readonly string[]
  /** When every transaction of the epoch before was gone; undefined until then. ISO 8601 in UTC. */
  readonly fencedAt: string | undefined
  /** Since when every writer has written both sides without a break; undefined while one side is not written. */
  readonly syncedSince: string | undefined
  /** Since when nothing was written that the target was not given; undefined while legacy alone is written. */
  readonly targetFedSince: string | undefined
  /** ISO 8601 in UTC, of the database's clock. */
  readonly since: string
  readonly by: string
  readonly reason: string
}

interface Row extends Omit<StoredPhase, 'phase' | 'fencedAt' | 'syncedSince' | 'targetFedSince'> {
  readonly phase: PhaseName
  readonly fencedAt: string | null
  readonly syncedSince: string | null
  readonly targetFedSince: string | null
}

/** A timestamptz as ISO 8601 in UTC. */
export const iso = (column: string) =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

const columns = `migration, phase, epoch::text as epoch, version::text as version, target_has_led as "targetHasLed",
  legacy_stale as "legacyStale", read_percent as "readPercent", read_tenants as "readTenants",
  ${iso('fenced_at')} as "fencedAt", ${iso('synced_since')} as "syncedSince",
  ${iso('target_fed_since')} as "targetFedSince", ${iso('since')} as since, by, reason`

/** Reads the stored phase without a lock: for people, reports and caches, never to decide about a write. */
export async function readPhase(database: Queryable, migration: string): Promise<StoredPhase | undefined> {
  const { rows } = await database.query<Row>(`select ${columns} from changeover.phase where migration = $1`, [
    migration,
  ])
  const [row] = rows
  if (row === undefined) return undefined
  const { fencedAt, syncedSince, targetFedSince } = row
  return {
    ...row,
    phase: phases[row.phase],
    fencedAt: fencedAt ?? undefined,
    syncedSince: syncedSince ?? undefined,
    targetFedSince: targetFedSince ?? undefined,
  }
}

/**
 * Reads the phase and holds it until the transaction ends: no flip comes in between. Every write that depends on the
 * phase begins with it.
 *
 * Cost: one round trip; waits for a flip that is under way.
 * Errors: ROLLOUT.PHASE_MISSING; DATABASE.SERIALIZATION in a snapshot (repeatable read) from before a flip.
 */
export async function lockPhase(tx: Transaction, migration: string): Promise<CurrentPhase> {
  try {
    const { rows } = await tx.query<{ phase: PhaseName; epoch: string }>(
      'select phase, epoch::text as epoch from changeover.current_phase($1)',
      [migration],
    )
    const [row] = rows
    if (row === undefined) throw bug('changeover.current_phase gave no row')
    return { phase: phases[row.phase], epoch: row.epoch }
  } catch (error) {
    const isMissing = isFailure(error) && error.values['sqlState'] === phaseMissingState
    throw isMissing ? errors.PHASE_MISSING({ migration }, { cause: error }) : error
  }
}

/**
 * The same for work that has begun by a phase already: refuses when it has changed since.
 *
 * Errors: ROLLOUT.PHASE_CHANGED (retriable), and those of {@link lockPhase}.
 */
export async function lockPhaseAt(
  tx: Transaction,
  { migration, epoch: expected }: Pick<StoredPhase, 'migration' | 'epoch'>,
): Promise<CurrentPhase> {
  const current = await lockPhase(tx, migration)
  if (current.epoch === expected) return current
  throw errors.PHASE_CHANGED({ migration, expected, epoch: current.epoch, phase: current.phase.name })
}

/** What the first stored phase of a migration is, and who says so. */
export interface FirstPhase {
  readonly phase: PhaseName
  readonly by: string
  readonly reason: string
}

/** Stores the phase of a migration that has none yet, and tells whether it did. A stored one stays as it is. */
export async function storeFirstPhase(
  tx: Transaction,
  migration: string,
  first: FirstPhase,
): Promise<boolean> {
  const { phase, by, reason } = first
  const leads = phases[phase].authority === 'target'
  const { rowCount } = await tx.query(
    `with stored as (
       insert into changeover.phase (migration, phase, epoch, version, target_has_led, legacy_stale, read_percent, by, reason)
       values ($1, $2, 1, 1, $3, $4, $5, $6, $7) on conflict (migration) do nothing returning 1)
     insert into changeover.phase_history (migration, what, to_phase, epoch, by, reason, gates)
     select $1, 'stored', $2, 1, $6, $7, '[]'::jsonb from stored`,
    [migration, phase, leads, phase === 'target-only', leads ? 100 : 0, by, reason],
  )
  return rowCount > 0
}
