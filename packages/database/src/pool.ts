import { Client, Pool } from 'pg'
import type { ConnectionTarget } from './connection-target.ts'
import type { Database } from './database.ts'
import { errors } from './errors.ts'
import { ask, transactionOn } from './pool-connection.ts'
import { toFailure } from './to-failure.ts'

export interface PoolOptions {
  /** `postgres://user:password@host:5432/name`. */
  readonly url: string
  /** Connections at most; 10 unless given. */
  readonly maxConnections?: number
  /** How the connections show in pg_stat_activity; `changeover` unless given. */
  readonly applicationName?: string
}

/** A database with connections of its own. */
export interface PoolDatabase extends Database {
  /** Closes every connection, after the work that holds one has ended. */
  close(): Promise<void>
}

// Also how long a statement waits for a connection of the pool to become free.
const connectionTimeoutMs = 10_000

/**
 * Opens a database on a pool of its own. Nothing connects before the first statement.
 *
 * Errors: DATABASE.URL_INVALID.
 */
export function createPoolDatabase(options: PoolOptions): PoolDatabase {
  requireUrl(options.url)
  const pool = new Pool({
    connectionString: options.url,
    max: options.maxConnections ?? 10,
    application_name: options.applicationName ?? 'changeover',
    connectionTimeoutMillis: connectionTimeoutMs,
    keepAlive: true,
  })
  // The pool has dropped the broken connection already; without a listener the process would end.
  pool.on('error', () => {})
  let closing: Promise<void> | undefined
  return { ...fromPool(pool), close: () => (closing ??= pool.end()) }
}

/** Makes a database of a pool that somebody else opens, closes and listens to (its `error` events). */
export function fromPool(pool: Pool): Database {
  const target = targetOf(pool)
  return {
    inTransaction: false,
    query: (text, params) => ask(pool, target, text, params),
    async transaction(work, options = {}) {
      const client = await pool.connect().catch((error: unknown) => {
        throw toFailure(error, target)
      })
      return transactionOn(client, target, work, options)
    },
  }
}

/** Errors: DATABASE.URL_INVALID, without a cause: the parser's error holds the URL, and so the password. */
export function requireUrl(url: string): void {
  const isReadable = /^postgres(ql)?:\/\//.test(url) && canBeParsed(url)
  if (!isReadable) throw errors.URL_INVALID()
}

function canBeParsed(url: string): boolean {
  try {
    return new Client(url) instanceof Client
  } catch {
    return false
  }
}

/** Where a pool connects to: a client that never connects knows the defaults that the driver adds to its options. */
export function targetOf(pool: Pool): ConnectionTarget {
  const { host, port, database, user } = new Client(pool.options)
  return {
    host,
    port,
    ...(database === undefined ? {} : { database }),
    ...(user === undefined ? {} : { user }),
  }
}
