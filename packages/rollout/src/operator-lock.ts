import type { Database, Queryable } from '@changeover/database'
import { errors } from './errors.ts'

/** The first number of the locks that let one operator at a time change the phase of a migration. */
export const operatorLockClass = 1_128_811_857

/**
 * Does work while nobody else may change the phase of this migration. The lock belongs to an open transaction on a
 * connection of its own: it ends with the process, however that ends, and needs no session (PgBouncer).
 *
 * Cost: one connection for as long as the work takes; the work needs another one.
 * Errors: ROLLOUT.TRANSITION_CONFLICT when somebody else has the lock; ROLLOUT.TRANSACTION_OPEN.
 */
export function asOperator<T>(database: Database, migration: string, work: () => Promise<T>): Promise<T> {
  if (database.inTransaction) return Promise.reject(errors.TRANSACTION_OPEN({ migration }))
  return database.transaction(
    async (tx) => {
      await tx.query(
        `select set_config(name, '0', true) from pg_settings
          where name in ('idle_in_transaction_session_timeout', 'transaction_timeout')`,
      )
      const { rows } = await tx.query<{ taken: boolean }>(
        `select pg_try_advisory_xact_lock(${operatorLockClass}, hashtext($1)) as taken`,
        [migration],
      )
      if (rows[0]?.taken !== true)
        throw errors.TRANSITION_CONFLICT({ migration, owner: await ownerOf(tx, migration) })
      return work()
    },
    { isolation: 'read committed' },
  )
}

async function ownerOf(database: Queryable, migration: string): Promise<string> {
  const { rows } = await database.query<{ owner: string }>(
    `select format('pid %s (%s of %s)', a.pid, a.application_name, a.usename) as owner
       from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.granted and l.classid = ${operatorLockClass}::oid and l.objsubid = 2
        and l.objid::int8 = hashtext($1)::int8 & 4294967295`,
    [migration],
  )
  return rows[0]?.owner ?? 'somebody who has just finished'
}
