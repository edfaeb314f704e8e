import type { Pool, PoolClient, QueryResult as DriverResult } from 'pg'
import type { ConnectionTarget } from './connection-target.ts'
import type { Isolation, QueryResult, Transaction, TransactionOptions } from './database.ts'
import { errors } from './errors.ts'
import { toFailure } from './to-failure.ts'
import { openTransactionScope, toCommitFailure, type TransactionScope } from './transaction-scope.ts'

/** Runs a statement on a pool, or on one connection of it. */
export async function ask<Row extends object>(
  connection: Pool | PoolClient,
  target: ConnectionTarget,
  text: string,
  params?: readonly unknown[],
): Promise<QueryResult<Row>> {
  try {
    // For several statements in one text the driver gives a list of results, which its types leave out.
    const result: DriverResult<Row> | DriverResult<Row>[] = await connection.query<Row>(text, params?.slice())
    return Array.isArray(result)
      ? { rows: [], rowCount: 0 }
      : { rows: result.rows, rowCount: result.rowCount ?? 0 }
  } catch (error) {
    throw toFailure(error, target)
  }
}

/** Runs work in a transaction on a connection, then gives the connection back to its pool. */
export async function transactionOn<T>(
  client: PoolClient,
  target: ConnectionTarget,
  work: (tx: Transaction) => Promise<T>,
  options: TransactionOptions,
): Promise<T> {
  const scope = openTransactionScope((text, params) => ask(client, target, text, params))
  let isBroken = false
  // A connection that breaks between two statements says so by an event; the next statement will fail.
  client.on('error', ignore)
  try {
    await ask(client, target, beginStatement(options))
    const value = await work(scope.tx)
    scope.close()
    await commit(client, target, scope)
    return value
  } catch (error) {
    scope.close()
    isBroken = !(await rollback(client))
    throw error
  } finally {
    client.off('error', ignore)
    client.release(isBroken)
  }
}

async function commit(client: PoolClient, target: ConnectionTarget, scope: TransactionScope): Promise<void> {
  const { command } = await client.query('commit').catch((error: unknown) => {
    throw toCommitFailure(error, scope, target)
  })
  // COMMIT of a transaction with a failed statement rolls back and reports no error.
  if (command !== 'COMMIT') throw errors.ABORTED({ said: 'COMMIT rolled back' })
}

async function rollback(client: PoolClient): Promise<boolean> {
  return client.query('rollback').then(
    () => true,
    () => false,
  )
}

const isolationClause: Readonly<Record<Isolation, string>> = {
  'read committed': ' isolation level read committed',
  'repeatable read': ' isolation level repeatable read',
  serializable: ' isolation level serializable',
}

function beginStatement({ isolation, readOnly }: TransactionOptions): string {
  const clause = isolation === undefined ? '' : isolationClause[isolation]
  return `begin${clause}${readOnly === true ? ' read only' : ''}`
}

function ignore(): void {}
