import type { Transaction } from '@changeover/database'

/** Names who changes choices in the rest of the transaction, for the record of changes; otherwise that is the database user. */
export async function asActor(tx: Transaction, actor: string): Promise<void> {
  await tx.query(`SELECT set_config('choices.actor', $1, true)`, [actor])
}
