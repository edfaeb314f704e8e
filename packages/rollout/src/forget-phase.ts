import type { Transaction } from '@changeover/database'
import { errors } from './errors.ts'
import { phaseLockSql } from './phase-lock.ts'
import { readPhase } from './stored-phase.ts'

/**
 * Removes the phase of a migration that is not under way, with its instances and transitions; the audit trail stays. A
 * second call finds nothing.
 *
 * Errors: ROLLOUT.PHASE_IN_USE in every phase but `legacy-only`, which would be taken for it afterwards.
 */
export async function forgetPhase(tx: Transaction, migration: string): Promise<void> {
  await tx.query(`select ${phaseLockSql(migration, 'exclusive')}`)
  const stored = await readPhase(tx, migration)
  if (stored !== undefined && stored.phase.name !== 'legacy-only')
    throw errors.PHASE_IN_USE({ migration, phase: stored.phase.name })
  for (const table of ['phase', 'transition', 'instance', 'legacy_use'])
    await tx.query(`delete from changeover.${table} where migration = $1`, [migration])
}
