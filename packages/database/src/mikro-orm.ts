import type { EntityManager } from '@mikro-orm/postgresql'
import { CompiledQuery } from 'kysely'
import type { ConnectionTarget } from './connection-target.ts'
import type { Database, Queryable, QueryResult, Transaction, TransactionOptions } from './database.ts'
import { errors } from './errors.ts'
import { toFailure } from './to-failure.ts'
import { openTransactionScope, toCommitFailure, type TransactionScope } from './transaction-scope.ts'

/**
 * Makes a database of MikroORM's EntityManager.
 *
 * Where the EntityManager is in a transaction, statements and work are part of it. Otherwise
 * `transaction` opens one on a fork, which leaves the pending changes of the EntityManager alone;
 * ORM calls of the work through a context-aware EntityManager join it.
 */
export function fromEntityManager(em: EntityManager): Database {
  return {
    get inTransaction() {
      return em.isInTransaction()
    },
    query: queryOf(em),
    transaction: (work, options = {}) =>
      em.isInTransaction() ? joinTransaction(em, work, options) : openTransaction(em, work, options),
  }
}

async function joinTransaction<T>(
  em: EntityManager,
  work: (tx: Transaction) => Promise<T>,
  { isolation, readOnly }: TransactionOptions,
): Promise<T> {
  if (isolation !== undefined) throw errors.TRANSACTION_OPEN({ asked: `isolation ${isolation}` })
  if (readOnly === true) throw errors.TRANSACTION_OPEN({ asked: 'a read-only transaction' })
  return runWork(openTransactionScope(queryOf(em)), work)
}

async function openTransaction<T>(
  em: EntityManager,
  work: (tx: Transaction) => Promise<T>,
  { isolation, readOnly }: TransactionOptions,
): Promise<T> {
  let scope: TransactionScope | undefined
  let workError: { readonly error: unknown } | undefined
  const inFork = async (fork: EntityManager): Promise<T> => {
    if (!fork.isInTransaction()) throw errors.TRANSACTIONS_DISABLED()
    scope = openTransactionScope(queryOf(fork))
    return runWork(scope, work).catch((error: unknown) => {
      workError = { error }
      throw error
    })
  }
  const settings = { ...(isolation && { isolationLevel: isolation }), readOnly: readOnly ?? false }
  return em
    .fork()
    .transactional(inFork, settings)
    .catch((error: unknown) => {
      if (workError !== undefined) throw workError.error
      throw scope === undefined ? toFailure(error, targetOf(em)) : toCommitFailure(error, scope, targetOf(em))
    })
}

async function runWork<T>(scope: TransactionScope, work: (tx: Transaction) => Promise<T>): Promise<T> {
  try {
    const value = await work(scope.tx)
    // COMMIT of a transaction with a failed statement rolls back and reports no error: ask before.
    if (scope.hasFailed()) await scope.tx.query('select 1')
    return value
  } finally {
    scope.close()
  }
}

function queryOf(em: EntityManager): Queryable['query'] {
  return async <Row extends object>(
    text: string,
    params: readonly unknown[] = [],
  ): Promise<QueryResult<Row>> => {
    try {
      const compiled = CompiledQuery.raw(text, params.slice()) as CompiledQuery<Row> // the caller names its rows
      const { rows, numAffectedRows } = await em.getKysely().executeQuery(compiled)
      return { rows, rowCount: Number(numAffectedRows ?? rows.length) }
    } catch (error) {
      throw toFailure(error, targetOf(em))
    }
  }
}

function targetOf(em: EntityManager): ConnectionTarget {
  const { host, port, database, user } = em.getConnection().getConnectionOptions()
  return {
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(database === undefined ? {} : { database }),
    ...(typeof user === 'string' ? { user } : {}),
  }
}
