import type { Transaction } from './database.ts'

/**
 * Waits for the lock of this name and holds it until the transaction ends.
 *
 * Cost: one round trip, and the wait; `lock_timeout` of the transaction bounds it.
 * Errors: DATABASE.LOCK_TIMEOUT.
 */
export async function advisoryLock(tx: Transaction, name: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [name])
}

/** Takes the lock of this name until the transaction ends, or tells that somebody else has it. */
export async function tryAdvisoryLock(tx: Transaction, name: string): Promise<boolean> {
  const { rows } = await tx.query<{ taken: boolean }>(
    'select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as taken',
    [name],
  )
  return rows[0]?.taken === true
}
