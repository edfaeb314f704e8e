import type { Database } from '@changeover/database'
import { owedState } from '@changeover/dual-write'
import {
  type Health,
  healthOf,
  healthSignals,
  type Observations,
  shadowStatistics,
  type StoredPhase,
} from '@changeover/rollout'
import type { Verification } from '@changeover/verifier'
import type { Migration } from './define-migration.ts'
import { verifierOf } from './verifier-of.ts'

/**
 * The health of a migration in a phase: what the request monitor, shadow reads and the server say, what is owed to the other side, and what
 * the last verification found on one side only. What nobody measured costs half of its weight, and is named.
 *
 * Cost: some statements on bookkeeping and statistics.
 */
export async function observeHealth(
  database: Database,
  migration: Migration,
  phase: Pick<StoredPhase, 'migration' | 'phase' | 'syncedSince'>,
): Promise<Health> {
  const { oldestSeconds } = await owedState(database, migration.name)
  const bypassedWrites = apartIn(await verifierOf(database, migration).last(), phase.syncedSince)
  return healthOf({
    ...(await healthSignals(database, phase)),
    outboxSeconds: oldestSeconds,
    ...(bypassedWrites !== undefined && { bypassedWrites }),
  })
}

/** Rows that a verification found on one side only, or different; undefined where it is older than dual write or proves nothing. */
function apartIn(last: Verification | undefined, since: string | undefined): number | undefined {
  if (last === undefined || last.verdict === 'inconclusive') return undefined
  if (since === undefined || Date.parse(last.startedAt) < Date.parse(since)) return undefined
  return last.mappings.reduce(
    (sum, { missing, mismatched, orphaned, duplicate }) => sum + missing + mismatched + orphaned + duplicate,
    0,
  )
}

/** Shadow reads since every writer writes both sides; absent where there are none. */
export async function shadowOf(
  database: Database,
  { migration, syncedSince }: StoredPhase,
): Promise<Pick<Observations, 'shadow'>> {
  const statistics = await shadowStatistics(database, migration, syncedSince)
  if (statistics.length === 0) return {}
  const sum = (of: 'reads' | 'mismatches') => statistics.reduce((total, each) => total + each[of], 0)
  return { shadow: { reads: sum('reads'), mismatches: sum('mismatches') } }
}
