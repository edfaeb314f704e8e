import type { Database } from '@changeover/database'
import { lockPhaseAt, type StoredPhase } from './stored-phase.ts'

/**
 * The same database for work that was begun because of a phase: each of its transactions first makes sure, under the lock that a
 * flip waits for, that the phase is still that one. So nothing is written in a direction that no longer holds.
 *
 * Cost: one statement for each transaction.
 * Errors: ROLLOUT.PHASE_CHANGED from `transaction`, with nothing written.
 */
export function atPhase(database: Database, stored: Pick<StoredPhase, 'migration' | 'epoch'>): Database {
  return {
    query: (text, params) => database.query(text, params),
    get inTransaction() {
      return database.inTransaction
    },
    transaction: (work, options) =>
      database.transaction(async (tx) => {
        await lockPhaseAt(tx, stored)
        return work(tx)
      }, options),
  }
}
