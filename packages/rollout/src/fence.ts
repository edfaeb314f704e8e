import { setTimeout } from 'node:timers/promises'
import type { Database } from '@changeover/database'
import { type Blocker, describeBlocker, runningTransactions, stillOpen } from './blockers.ts'
import { errors } from './errors.ts'
import { readPhase, type StoredPhase } from './stored-phase.ts'

export interface FenceOptions {
  /** How long it waits in all; 60 s unless given. */
  readonly fenceTimeoutMs?: number
  /** Told who is waited for, at every look. */
  readonly onBlocked?: (blockers: readonly Blocker[]) => void
}

export const defaultFenceTimeoutMs = 60_000
const longestPollMs = 250

/**
 * Waits until every transaction that was open at the flip is gone: those that wrote before it, those that only read so far
 * (and may still believe in the old phase), and prepared ones. Then it records that, once.
 *
 * Taking the list anew after a crash is safe: it can only be longer.
 *
 * Errors: ROLLOUT.FENCE_BLOCKED with everybody who is left; the flip stands, and the same command waits again.
 */
export async function fence(
  database: Database,
  { migration, epoch }: Pick<StoredPhase, 'migration' | 'epoch'>,
  options: FenceOptions = {},
): Promise<void> {
  const deadline = performance.now() + (options.fenceTimeoutMs ?? defaultFenceTimeoutMs)
  const transactions = await runningTransactions(database)
  for (let pollMs = 5; ; pollMs = Math.min(longestPollMs, pollMs * 2)) {
    const blockers = await stillOpen(database, migration, transactions)
    if (blockers.length === 0) break
    options.onBlocked?.(blockers)
    if (performance.now() >= deadline)
      throw errors.FENCE_BLOCKED({ migration, epoch, blockers: blockers.map(describeBlocker) })
    await setTimeout(pollMs)
  }
  await recordFence(database, { migration, epoch })
}

async function recordFence(
  database: Database,
  { migration, epoch }: Pick<StoredPhase, 'migration' | 'epoch'>,
): Promise<void> {
  const { rowCount } = await database.query(
    `update changeover.phase set fenced_at = coalesce(fenced_at, clock_timestamp()), version = version + 1,
       synced_since = case when phase in ('legacy-leads', 'target-leads') then coalesce(synced_since, clock_timestamp()) end,
       target_fed_since = case when phase <> 'legacy-only' then coalesce(target_fed_since, clock_timestamp()) end
      where migration = $1 and epoch = $2::bigint`,
    [migration, epoch],
  )
  if (rowCount > 0) return
  const stored = await readPhase(database, migration)
  throw errors.EPOCH_MOVED({ migration, expected: epoch, phase: stored?.phase.name ?? 'none' })
}
