import {
  type Database,
  retrying,
  type Transaction,
  type RetryOptions,
  type TransactionOptions,
} from '@changeover/database'

/** Carries a value out of a transaction that is to leave nothing behind. */
class RolledBack<T> extends Error {
  readonly value: T
  constructor(value: T) {
    super('The transaction was rolled back on purpose.')
    this.value = value
  }
}

/** Runs work as {@link retrying} does, and rolls it back when it has succeeded. Sequences keep what was taken from them. */
export async function rolledBack<T>(
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  options: RetryOptions & TransactionOptions,
): Promise<T> {
  const throwing = async (tx: Transaction): Promise<never> => {
    throw new RolledBack(await work(tx))
  }
  return retrying(database, throwing, options).catch((error: unknown) => {
    if (error instanceof RolledBack) return error.value as T // this call's own, made two lines above
    throw error
  })
}
