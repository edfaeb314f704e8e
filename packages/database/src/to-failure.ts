import { type ErrorCreator, type Failure, isFailure } from '@changeover/errors'
import type { ConnectionTarget } from './connection-target.ts'
import { errors } from './errors.ts'
import { reportOf, type ServerReport } from './server-report.ts'

type Creator = ErrorCreator<string, ServerReport & ConnectionTarget>

const bySqlState: Readonly<Record<string, Creator>> = {
  '25006': errors.READ_ONLY,
  '25P02': errors.ABORTED,
  '25P03': errors.CONNECTION_LOST, // idle in transaction for too long
  '25P04': errors.CONNECTION_LOST, // transaction for too long
  '3D000': errors.NO_SUCH_DATABASE,
  '40001': errors.SERIALIZATION,
  '40P01': errors.DEADLOCK,
  '42501': errors.PRIVILEGE_MISSING,
  '42703': errors.COLUMN_MISSING,
  '42P01': errors.TABLE_MISSING,
  '53100': errors.DISK_FULL,
  '53300': errors.TOO_MANY_CONNECTIONS,
  '55P03': errors.LOCK_TIMEOUT,
  '57014': errors.QUERY_CANCELED,
  '57P01': errors.CONNECTION_LOST, // an administrator ended it
  '57P02': errors.CONNECTION_LOST, // another server process crashed
  '57P03': errors.UNREACHABLE, // the server is starting up or shutting down
  '57P05': errors.CONNECTION_LOST, // idle for too long
}

const bySqlStateClass: Readonly<Record<string, Creator>> = {
  '08': errors.CONNECTION_LOST,
  '22': errors.VALUE_INVALID,
  '23': errors.CONSTRAINT_VIOLATED,
  '28': errors.AUTHENTICATION_FAILED,
}

const protocolViolation = '08P01'

const byNodeCode: Readonly<Record<string, Creator>> = {
  EAI_AGAIN: errors.UNREACHABLE,
  ECONNREFUSED: errors.UNREACHABLE,
  EHOSTUNREACH: errors.UNREACHABLE,
  ENETUNREACH: errors.UNREACHABLE,
  ENOENT: errors.UNREACHABLE, // no such socket
  ENOTFOUND: errors.UNREACHABLE,
  ETIMEDOUT: errors.UNREACHABLE,
  ECONNRESET: errors.CONNECTION_LOST,
  EPIPE: errors.CONNECTION_LOST,
}

// The drivers (pg, pg-pool, kysely) give these no code.
const byDriverMessage: readonly (readonly [RegExp, Creator])[] = [
  [/^SASL: /, errors.AUTHENTICATION_FAILED],
  [/connection timeout|timeout expired|does not support SSL/i, errors.UNREACHABLE],
  [/timeout exceeded when trying to connect/, errors.POOL_EXHAUSTED],
  [/pool after calling end|driver has already been destroyed/, errors.POOL_CLOSED],
  [/Connection terminated|not queryable|Connection ended/, errors.CONNECTION_LOST],
]

/**
 * Turns what a driver throws into a DATABASE.* failure with the driver's error as its cause.
 *
 * A failure is handed back as it is. What nobody knows becomes DATABASE.QUERY_FAILED.
 */
export function toFailure(error: unknown, target: ConnectionTarget = {}): Failure {
  if (isFailure(error)) return error
  const report = reportOf(error)
  return creatorFor(report)({ ...target, ...report }, { cause: error })
}

function creatorFor({ said, sqlState, nodeCode, isFatal = false }: ServerReport): Creator {
  // A message that the server could not read, such as one parameter too few; poolers end connections with it.
  if (sqlState === protocolViolation && !isFatal) return errors.QUERY_FAILED
  const known =
    sqlState === undefined
      ? (byNodeCode[nodeCode ?? ''] ?? byDriverMessage.find(([pattern]) => pattern.test(said))?.[1])
      : (bySqlState[sqlState] ?? bySqlStateClass[sqlState.slice(0, 2)])
  return known ?? errors.QUERY_FAILED
}
