import type { Failure } from '@changeover/errors'
import type { ConnectionTarget } from './connection-target.ts'
import type { Queryable, Transaction } from './database.ts'
import { errors } from './errors.ts'
import { toFailure } from './to-failure.ts'

/** A transaction as its work sees it, and what has to be known to end it. */
export interface TransactionScope {
  readonly tx: Transaction
  /** Whether a statement failed, so that the server may have given the transaction up. */
  readonly hasFailed: () => boolean
  /** Refuses every later statement: the connection may belong to somebody else by then. */
  readonly close: () => void
}

/** Wraps the statements of one connection as a transaction that ends with its work. */
export function openTransactionScope(query: Queryable['query']): TransactionScope {
  let isClosed = false
  let hasFailed = false
  const tx: Transaction = {
    inTransaction: true,
    async query(text, params) {
      if (isClosed) throw errors.TRANSACTION_CLOSED()
      try {
        return await query(text, params)
      } catch (error) {
        hasFailed = true
        throw error
      }
    },
  }
  return {
    tx,
    hasFailed: () => hasFailed,
    close: () => {
      isClosed = true
    },
  }
}

/** Turns what COMMIT throws into a failure: a connection that breaks then leaves the outcome open. */
export function toCommitFailure(error: unknown, scope: TransactionScope, target: ConnectionTarget): Failure {
  const failure = toFailure(error, target)
  if (failure.code !== errors.CONNECTION_LOST.code || scope.hasFailed()) return failure
  return errors.COMMIT_UNKNOWN({ said: String(failure.values['said']) }, { cause: error })
}
