import type { EntityManager } from '@mikro-orm/postgresql'
import { CompiledQuery } from 'kysely'
import type { ConnectionTarget } from './connection-target.ts'
import type { Database, Queryable, QueryResult, Transaction, TransactionOptions } from './database.ts'
import { errors } from './errors.ts'
import { toFailure } from './to-failure.ts'
import { openTransactionScope, toCommitFailure, type TransactionScope } from './transaction-scope.ts'

export { TimestampText } from './timestamp-text.ts'

/**
 * Makes a database of MikroORM's EntityManager.
 *
 * Where the EntityManager is in a transaction, statements and work are part of it. Otherwise
 * `transaction` opens one on a connection of MikroORM's pool, for the statements of the work alone:
 * to have ORM calls in it too, open it by `em.transactional` and make the database of its `em`.
 */
export function fromEntityManager(em: EntityManager): Database {
  return {
    get inTransaction() {
      return em.isInTransaction()
    },
    query: (text, params) => ask(em, em.getKysely(), text, params),
    transaction: (work, options = {}) =>
      em.isInTransaction() ? joinTransaction(em, work, options) : openTransaction(em, work, options),
  }
}

/**
 * Asks within a transaction that MikroORM has opened but not yet given to its EntityManager: what a subscriber is told of in
 * `afterTransactionStart`.
 */
export function fromTransaction(em: EntityManager, transaction: Asking): Queryable {
  return { inTransaction: true, query: (text, params) => ask(em, transaction, text, params) }
}

async function joinTransaction<T>(
  em: EntityManager,
  work: (tx: Transaction) => Promise<T>,
  { isolation, readOnly }: TransactionOptions,
): Promise<T> {
  if (isolation !== undefined) throw errors.TRANSACTION_OPEN({ asked: `isolation ${isolation}` })
  if (readOnly === true) throw errors.TRANSACTION_OPEN({ asked: 'a read-only transaction' })
  return runWork(openScope(em, em.getKysely()), work)
}

// Not by em.transactional: it never gives a connection back whose ROLLBACK failed (kysely issue 1990).
async function openTransaction<T>(
  em: EntityManager,
  work: (tx: Transaction) => Promise<T>,
  { isolation, readOnly }: TransactionOptions,
): Promise<T> {
  let builder = em.getKysely().transaction()
  if (isolation !== undefined) builder = builder.setIsolationLevel(isolation)
  if (readOnly === true) builder = builder.setAccessMode('read only')
  let scope: TransactionScope | undefined
  let workError: { readonly error: unknown } | undefined
  const inTransaction = async (kysely: Asking): Promise<T> => {
    scope = openScope(em, kysely)
    return runWork(scope, work).catch((error: unknown) => {
      workError = { error }
      throw error
    })
  }
  return builder.execute(inTransaction).catch((error: unknown) => {
    // A ROLLBACK that fails hides why it was needed.
    if (workError !== undefined) throw workError.error
    throw scope === undefined ? toFailure(error, targetOf(em)) : toCommitFailure(error, scope, targetOf(em))
  })
}

function openScope(em: EntityManager, kysely: Asking): TransactionScope {
  return openTransactionScope((text, params) => ask(em, kysely, text, params))
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

type Asking = Pick<ReturnType<EntityManager['getKysely']>, 'executeQuery'>

async function ask<Row extends object>(
  em: EntityManager,
  kysely: Asking,
  text: string,
  params: readonly unknown[] = [],
): Promise<QueryResult<Row>> {
  try {
    const compiled = CompiledQuery.raw(text, params.slice()) as CompiledQuery<Row> // the caller names its rows
    const { rows, numAffectedRows } = await kysely.executeQuery(compiled)
    return { rows, rowCount: Number(numAffectedRows ?? rows.length) }
  } catch (error) {
    throw toFailure(error, targetOf(em))
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
