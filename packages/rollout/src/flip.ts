import { setTimeout } from 'node:timers/promises'
import type { Database, Transaction } from '@changeover/database'
import { isFailure } from '@changeover/errors'
import type { Arrow } from './arrow.ts'
import { type Blocker, describeBlocker, holdersOf } from './blockers.ts'
import { errors } from './errors.ts'
import type { Verdict } from './judge.ts'
import { isOlderThan, type LockAttempt, nextAttempt } from './lock-patience.ts'
import { phases } from './phase.ts'
import { phaseLockSql } from './phase-lock.ts'
import { recordStep, type TransitionRecord } from './transition-record.ts'

/** Who flips the phase, and on what grounds: what the audit trail keeps. */
export interface FlipGrounds {
  readonly by: string
  readonly reason: string
  readonly emergency: boolean
  readonly verdicts: readonly Verdict[]
}

export interface FlipOptions {
  /** How long the first attempt waits for the writers of the old phase, and makes new ones wait behind it; 400 ms unless given. */
  readonly lockTimeoutMs?: number
  /** How long it tries in all; 30 s unless given. No attempt is longer than a twentieth of it, or than the first one. */
  readonly flipTimeoutMs?: number
  /** Told who is waited for, after every attempt that failed. */
  readonly onBlocked?: (blockers: readonly Blocker[]) => void
}

export const defaultFlipTimeoutMs = 30_000
const longestJitterMs = 100
const pollMs = 50
const conflicts: ReadonlySet<string> = new Set([
  'DATABASE.LOCK_TIMEOUT',
  'DATABASE.DEADLOCK',
  'DATABASE.SERIALIZATION',
])

/**
 * Changes the phase, if its epoch is still the expected one, with history and step in one transaction, under the lock
 * that excludes every writer.
 *
 * Cost: new writers wait behind an attempt, which grows only where old ones come and go; between attempts they go on.
 * Errors: ROLLOUT.EPOCH_MOVED; ROLLOUT.PHASE_LOCKED with the writers that did not end in time.
 */
export async function flip(
  database: Database,
  arrow: Arrow,
  record: TransitionRecord,
  grounds: FlipGrounds,
  options: FlipOptions = {},
): Promise<TransitionRecord> {
  const { lockTimeoutMs = 400, flipTimeoutMs = defaultFlipTimeoutMs } = options
  const deadline = performance.now() + flipTimeoutMs
  const patience = { shortestMs: lockTimeoutMs, longestMs: Math.max(lockTimeoutMs, flipTimeoutMs / 20) }
  for (let attempt: LockAttempt = { waitMs: lockTimeoutMs, pauseMs: 0 }; ; ) {
    try {
      return await database.transaction(
        async (tx) => {
          await tx.query(`select set_config('lock_timeout', $1, true)`, [`${Math.ceil(attempt.waitMs)}ms`])
          return write(tx, arrow, record, grounds)
        },
        { isolation: 'read committed' },
      )
    } catch (error) {
      if (!isFailure(error) || !conflicts.has(error.code)) throw error
      const blockers = await holdersOf(database, record.migration)
      options.onBlocked?.(blockers)
      if (performance.now() >= deadline) throw lockedBy(record.migration, blockers, error)
      attempt = nextAttempt(attempt, blockers, patience)
    }
    await setTimeout(Math.random() * longestJitterMs)
    const pauseEnd = Math.min(deadline, performance.now() + attempt.pauseMs)
    await untilGone(database, record.migration, patience.longestMs, pauseEnd)
  }
}

/** Waits without keeping anybody waiting, at most until then, for holders that no attempt outwaits. */
async function untilGone(
  database: Database,
  migration: string,
  longestMs: number,
  end: number,
): Promise<void> {
  while (performance.now() < end) {
    const holders = await holdersOf(database, migration)
    if (!holders.some((each) => isOlderThan(each, longestMs))) return
    await setTimeout(pollMs)
  }
}

function lockedBy(migration: string, blockers: readonly Blocker[], cause: unknown) {
  return errors.PHASE_LOCKED({ migration, blockers: blockers.map(describeBlocker) }, { cause })
}

async function write(
  tx: Transaction,
  arrow: Arrow,
  record: TransitionRecord,
  grounds: FlipGrounds,
): Promise<TransitionRecord> {
  const { migration, epochBefore } = record
  const { by, reason, emergency, verdicts } = grounds
  await tx.query(`select ${phaseLockSql(migration, 'exclusive')}`)
  const { rows } = await tx.query<{ epoch: string }>(
    `update changeover.phase set phase = $4, epoch = epoch + 1, version = version + 1, by = $5, reason = $6,
       read_percent = $7, read_tenants = '{}', since = clock_timestamp(), flip_xid = pg_current_xact_id(), fenced_at = null,
       target_has_led = target_has_led or $8, legacy_stale = legacy_stale or $9,
       synced_since = case when $10 then synced_since end,
       target_fed_since = case when $4 <> 'legacy-only' then target_fed_since end
      where migration = $1 and epoch = $2::bigint and phase = $3 returning epoch::text as epoch`,
    [
      migration,
      epochBefore,
      arrow.from,
      arrow.to,
      by,
      reason,
      arrow.readPercent,
      phases[arrow.to].authority === 'target',
      arrow.to === 'target-only',
      phases[arrow.to].flags?.dualWrite === true,
    ],
  )
  const epochAfter = rows[0]?.epoch
  if (epochAfter === undefined)
    throw errors.EPOCH_MOVED({ migration, expected: epochBefore, phase: arrow.from })
  await tx.query(
    `insert into changeover.phase_history (migration, what, from_phase, to_phase, epoch, by, reason, gates, details)
     values ($1, 'flip', $2, $3, $4::bigint, $5, $6, $7::jsonb, jsonb_build_object('emergency', $8::bool, 'transition', $9::text))`,
    [migration, arrow.from, arrow.to, epochAfter, by, reason, JSON.stringify(verdicts), emergency, record.id],
  )
  return recordStep(tx, record, 'flipped', { epochAfter })
}
