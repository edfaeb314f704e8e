import type { Transaction } from '@changeover/database'

/** The same transaction in which a part of every statement is left out: a prevention switched off, to see its test fail. */
export function rewriting(tx: Transaction, leaveOut: RegExp): Transaction {
  return { ...tx, inTransaction: true, query: (text, params) => tx.query(text.replace(leaveOut, ''), params) }
}
