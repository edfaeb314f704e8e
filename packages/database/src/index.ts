/**
 * The smallest port to PostgreSQL: ask, and do several things in one transaction.
 *
 * Adapters: a plain pool (here) and MikroORM's EntityManager (`@changeover/database/mikro-orm`).
 */
export {
  type Database,
  type Isolation,
  type Queryable,
  type QueryResult,
  type Transaction,
  type TransactionOptions,
} from './database.ts'

export { createPoolDatabase, fromPool, type PoolDatabase, type PoolOptions } from './pool.ts'

export { retryConflicts, type RetryConflictsOptions, retrying, type RetryOptions } from './retrying.ts'
export {
  createReplicaReads,
  type LogPosition,
  type ReplicaReads,
  type ReplicaReadsOptions,
} from './replica-reads.ts'
export { copying, type CopyOptions, type CopyTransaction } from './copying.ts'
export { advisoryLock, tryAdvisoryLock } from './advisory-lock.ts'
export { listen, type Listening, type ListenOptions } from './listen.ts'
export { requireServer, type ServerVersion } from './require-server.ts'
export { runDdl, type DdlOptions, type DdlStatement } from './run-ddl.ts'

export { toFailure } from './to-failure.ts'
export { type ConnectionTarget } from './connection-target.ts'
export { errors } from './errors.ts'
