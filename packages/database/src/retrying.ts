import { causesOf } from '@changeover/errors'
import type { Database, Transaction, TransactionOptions } from './database.ts'
import { errors } from './errors.ts'
import { type System, system } from './system.ts'
import { toFailure } from './to-failure.ts'

export interface RetryOptions extends Partial<System> {
  /** How often it is tried in all; 5 unless given. */
  readonly attempts?: number
  /** The longest first pause; it doubles with every attempt, up to 5 s. 20 ms unless given. */
  readonly baseDelayMs?: number
}

const longestDelayMs = 5_000
const conflictCodes: ReadonlySet<string> = new Set([
  errors.DEADLOCK.code,
  errors.SERIALIZATION.code,
  errors.LOCK_TIMEOUT.code,
])

/**
 * Runs work in a transaction, and the whole transaction again when it collides with another one
 * (deadlock, serialization failure, lock timeout), after a random pause.
 *
 * A transaction that is already open is joined and never run again here: only whoever opened it can.
 *
 * Errors: what the last attempt threw.
 * Source: full jitter, Marc Brooker, "Exponential Backoff and Jitter" (AWS, 2015).
 */
export function retrying<T>(
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  options: RetryOptions & TransactionOptions = {},
): Promise<T> {
  const { isolation, readOnly } = options
  const transaction = { ...(isolation && { isolation }), ...(readOnly !== undefined && { readOnly }) }
  const attempts = database.inTransaction ? 1 : options.attempts
  return retryConflicts(() => database.transaction(work, transaction), {
    ...options,
    ...(attempts !== undefined && { attempts }),
  })
}

export interface RetryConflictsOptions extends RetryOptions {
  /** Other errors after which the same may succeed. */
  readonly alsoRetry?: (error: unknown) => boolean
}

/** Runs something, which opens a transaction of its own each time, again while it collides with others. */
export async function retryConflicts<T>(
  run: () => Promise<T>,
  options: RetryConflictsOptions = {},
): Promise<T> {
  const { attempts = 5, baseDelayMs = 20, random = system.random, sleep = system.sleep } = options
  const { alsoRetry = () => false } = options
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (attempt >= attempts || !(isConflict(error) || alsoRetry(error))) throw error
    }
    await sleep(random() * Math.min(longestDelayMs, baseDelayMs * 2 ** (attempt - 1)))
  }
}

// A package above may have wrapped the failure in one of its own, and MikroORM the driver's error.
function isConflict(error: unknown): boolean {
  return [error, ...causesOf(error)].some((cause) => conflictCodes.has(toFailure(cause).code))
}
