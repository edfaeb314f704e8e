import type { Database } from '@changeover/database'
import type { PhaseName } from '@changeover/rollout'
import type { Migration } from '../define-migration.ts'
import { phaseOf } from '../phase-of.ts'
import { claimRehearsal, recordedRehearsal, rehearseAndRecord } from '../rehearsal-ledger.ts'

/** Phases from which a way back leads over rows. */
const rehearsed: ReadonlySet<PhaseName> = new Set(['legacy-leads', 'target-leads', 'target-only'])

/**
 * Keeps the figure of the last rehearsal from growing old: rehearses the way back on all rows where the last time was that long ago,
 * or in another phase, and nobody else does so now. Tells whether it did.
 *
 * Cost: three statements where it is not due; else as `rehearse`, whose writes are real until they are rolled back.
 */
export async function rehearseWhenDue(
  database: Database,
  migration: Migration,
  { everySeconds }: { readonly everySeconds: number },
): Promise<boolean> {
  const stored = await phaseOf(database, migration.name)
  if (stored === undefined || !rehearsed.has(stored.phase.name)) return false
  const last = await recordedRehearsal(database, migration.name)
  if (last?.epoch === stored.epoch && last.ageSeconds < everySeconds) return false
  // Seldom enough that a rehearsal which takes longer than that is not begun by everybody at once.
  if (!(await claimRehearsal(database, migration.name, everySeconds))) return false
  await rehearseAndRecord(database, migration)
  return true
}
