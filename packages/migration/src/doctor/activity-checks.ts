import type { Database } from '@changeover/database'
import { disagreements, heartbeatTtlSeconds, liveInstances } from '@changeover/rollout'
import type { Check } from '../checks/check.ts'
import type { Migration } from '../define-migration.ts'
import { errors } from '../errors.ts'
import { phaseOf } from '../phase-of.ts'

const everyInstanceSeconds = 10 * 365 * 86_400

/** What goes on in the database, and may stand in the way of an operator. */
export function activityChecks(
  database: Database,
  migration: Migration,
  longTransactionSeconds: number,
): readonly Check[] {
  return [
    { name: 'locks', claim: 'nobody waits for a lock', look: () => locks(database) },
    {
      name: 'long-transactions',
      claim: `no transaction is open for more than ${longTransactionSeconds} s`,
      look: () => longTransactions(database, longTransactionSeconds),
    },
    {
      name: 'instances',
      claim: 'every process that takes part is alive, and acts by the stored phase and one mapping',
      look: () => instances(database, migration),
    },
  ]
}

async function locks(database: Database) {
  const { rows } = await database.query<{ pid: number; by: number[]; table: string; seconds: number }>(
    `select l.pid, pg_blocking_pids(l.pid) as by, coalesce(l.relation::regclass::text, l.locktype) as table,
       coalesce(extract(epoch from clock_timestamp() - l.waitstart), 0)::float8 as seconds
       from pg_locks l join pg_stat_activity a using (pid)
      where not l.granted and a.datname = current_database() order by seconds desc`,
  )
  return {
    evidence: `${rows.length} waiting`,
    problems: rows.map(({ pid, by, table, seconds }) =>
      errors.LOCK_AWAITED.problem({ pid, table, seconds: Math.round(seconds), by: by.join(', ') }),
    ),
  }
}

async function longTransactions(database: Database, longTransactionSeconds: number) {
  const { rows } = await database.query<{ end: string; who: string; seconds: number }>(
    `select format('SELECT pg_terminate_backend(%s);', pid) as end,
       format('pid %s (%s of %s, %s)', pid, coalesce(nullif(application_name, ''), 'unnamed'), usename, state) as who,
       extract(epoch from clock_timestamp() - xact_start)::float8 as seconds
       from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
        and xact_start < clock_timestamp() - make_interval(secs => $1)
     union all
     select format('ROLLBACK PREPARED %L;', gid), format('the prepared transaction %L of %s', gid, owner),
       extract(epoch from clock_timestamp() - prepared)::float8
       from pg_prepared_xacts where database = current_database() and prepared < clock_timestamp() - make_interval(secs => $1)
     order by seconds desc`,
    [longTransactionSeconds],
  )
  const { rows: hidden } = await database.query<{ sessions: number }>(
    `select count(*)::int4 as sessions from pg_stat_activity
      where datname = current_database() and backend_type is null`,
  )
  const unseen = hidden[0]?.sessions ?? 0
  return {
    evidence: `${rows.length} found`,
    problems: [
      ...rows.map(({ end, who, seconds }) =>
        errors.TRANSACTION_LONG.problem({ who, seconds: Math.round(seconds), end }),
      ),
      ...(unseen === 0 ? [] : [errors.SESSIONS_HIDDEN.problem({ sessions: unseen })]),
    ],
  }
}

async function instances(database: Database, { name }: Migration) {
  const stored = await phaseOf(database, name)
  if (stored === undefined) return { notApplicable: 'nothing is installed' }
  const all = await liveInstances(database, name, everyInstanceSeconds)
  const live = all.filter(({ silentSeconds }) => silentSeconds <= heartbeatTtlSeconds)
  const silent = all.filter((each) => !live.includes(each))
  return {
    evidence: `${live.length} alive, ${silent.length} silent`,
    problems: [
      ...silent.map(({ instance, silentSeconds }) =>
        errors.INSTANCE_SILENT.problem({ migration: name, instance, seconds: Math.round(silentSeconds) }),
      ),
      ...disagreements(live, stored).map((said) => errors.INSTANCE_STALE.problem({ migration: name, said })),
    ],
  }
}
