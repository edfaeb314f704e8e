import type { Transaction } from '@changeover/database'
import type { Direction } from '@changeover/mapping'

/**
 * What the setting `changeover.writer` says while a sync of this migration writes to its replica. PostgreSQL takes it back by
 * itself when the function ends, so that nothing is left in the session.
 */
export function writerName(migration: string, direction: Direction): string {
  return `${migration}:${direction}`
}

/** What it says in a transaction of an engine: nothing that it writes is left uncaptured, but legacy's guard lets it pass. */
export function engineName(migration: string): string {
  return `${migration}:engine`
}

/**
 * Lets the rest of the transaction write legacy rows while the target leads: for engines that make legacy say what the target
 * says, and do nothing else in that transaction. Anybody else is refused by the guard of dual write.
 *
 * Cost: one round trip.
 */
export async function asEngine(tx: Transaction, migration: string): Promise<void> {
  await tx.query(`SELECT set_config('changeover.writer', $1, true)`, [engineName(migration)])
}
