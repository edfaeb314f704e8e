import { type Database, retrying, type Transaction } from '@changeover/database'
import { defaultProxySchema } from '@changeover/proxies'
import { lockPhase, type Phase } from '@changeover/rollout'
import type { Migration } from './define-migration.ts'
import type { LegacyPlace } from './sample-system.ts'

/**
 * Writes as legacy code does in the phase of that moment, to the tables or to their proxies, and again where the phase has moved meanwhile.
 * Cost: a transaction, one statement of its own. Errors: those of the work.
 */
export function asLegacy<T>(
  database: Database,
  { name }: Pick<Migration, 'name'>,
  work: (tx: Transaction, at: LegacyPlace, phase: Phase) => Promise<T>,
): Promise<T> {
  return retrying(database, async (tx) => {
    const { phase } = await lockPhase(tx, name)
    const at: LegacyPlace = (table) =>
      phase.authority === 'legacy' ? table : `${defaultProxySchema}.${table}`
    return work(tx, at, phase)
  })
}
