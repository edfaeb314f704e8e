import type { Database } from '@changeover/database'

/**
 * The same database for looks that must not join a queue: a statement that would wait longer for a lock fails. Read-only.
 *
 * Cost: three round trips more for each statement. Errors: DATABASE.LOCK_TIMEOUT.
 */
export function impatient(database: Database, { waitMs }: { readonly waitMs: number }): Database {
  const transaction: Database['transaction'] = (work, options) =>
    database.transaction(
      async (tx) => {
        await tx.query(`select set_config('lock_timeout', $1, true)`, [`${waitMs}ms`])
        return work(tx)
      },
      { ...options, readOnly: true },
    )
  return {
    get inTransaction() {
      return database.inTransaction
    },
    transaction,
    query: (text, params) => transaction((tx) => tx.query(text, params)),
  }
}
