import { createBackfill } from '@changeover/backfill'
import type { Database } from '@changeover/database'
import { createSync } from '@changeover/sync'
import type { Migration } from './define-migration.ts'
import { phaseOf } from './phase-of.ts'
import { recordedSteps } from './step-ledger.ts'

/** Whether the target holds what legacy holds: each backfill has ended, or the target leads. Reads bookkeeping only. */
export async function isFilled(database: Database, { name, mappings }: Migration): Promise<boolean> {
  const recorded = await recordedSteps(database, { name })
  if (!recorded.some(({ step }) => step === 'bookkeeping')) return false
  const stored = await phaseOf(database, name)
  if (stored?.phase.authority === 'target') return true
  const states = await createBackfill({ database, sync: createSync(mappings), migration: name }).states()
  return mappings.every((mapping) =>
    states.some((each) => each.mapping === mapping.name && each.state === 'done'),
  )
}
