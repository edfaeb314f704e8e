import type { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { DatabaseError, Pool, type PoolClient } from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type { ConnectionTarget } from './connection-target.ts'
import type { Transaction, TransactionOptions } from './database.ts'
import { requireUrl, targetOf } from './pool.ts'
import { transactionOn } from './pool-connection.ts'
import { toFailure } from './to-failure.ts'

/** A transaction that can also stream rows out of the database and into it. */
export interface CopyTransaction extends Transaction {
  /** Streams what `COPY … TO STDOUT` gives. The sink ends with it. */
  copyOut(statement: string, sink: Writable): Promise<void>
  /** Streams a source into `COPY … FROM STDIN`. */
  copyIn(statement: string, source: Readable): Promise<void>
}

export interface CopyOptions extends TransactionOptions {
  readonly url: string
}

/**
 * Runs work in one transaction on a connection of its own, which can stream by COPY: nothing of a table has to fit into memory.
 *
 * Cost: one connection, for as long as the work takes. Errors: DATABASE.*; what a sink or a source throws, as it is.
 */
export async function copying<T>(
  { url, ...options }: CopyOptions,
  work: (tx: CopyTransaction) => Promise<T>,
): Promise<T> {
  requireUrl(url)
  const pool = new Pool({ connectionString: url, max: 1, application_name: 'changeover copy' })
  pool.on('error', () => {})
  const target = targetOf(pool)
  try {
    const client = await pool.connect().catch((error: unknown) => {
      throw toFailure(error, target)
    })
    return await transactionOn(client, target, (tx) => work({ ...tx, ...streamsOn(client, target) }), options)
  } finally {
    await pool.end()
  }
}

function streamsOn(
  client: PoolClient,
  target: ConnectionTarget,
): Pick<CopyTransaction, 'copyIn' | 'copyOut'> {
  const said = (error: unknown) => {
    throw error instanceof DatabaseError ? toFailure(error, target) : error
  }
  return {
    copyOut: (statement, sink) => pipeline(client.query(copyTo(statement)), sink).catch(said),
    copyIn: (statement, source) => pipeline(source, client.query(copyFrom(statement))).catch(said),
  }
}
