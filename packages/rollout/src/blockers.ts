import type { Queryable } from '@changeover/database'
import { phaseLockClass } from './phase-lock.ts'
import { operatorLockClass } from './operator-lock.ts'

/** Somebody for whose transaction one waits, by what ends it: a pid, or the gid of a prepared transaction. */
export interface Blocker {
  readonly pid: number | null
  readonly gid: string | null
  readonly user: string | null
  readonly application: string | null
  /** As pg_stat_activity has it; null without the privilege to see it. */
  readonly state: string | null
  readonly ageSeconds: number | null
  /** How long ago its present or last statement began; null where there is none, or without the privilege. */
  readonly querySeconds: number | null
  readonly query: string | null
}

const session = `a.pid, null::text as gid, a.usename::text as "user", nullif(a.application_name, '') as application, a.state,
  extract(epoch from clock_timestamp() - a.xact_start)::float8 as "ageSeconds",
  extract(epoch from clock_timestamp() - a.query_start)::float8 as "querySeconds", left(a.query, 200) as query`
const prepared = `null::int as pid, p.gid, p.owner::text as "user", null::text as application, 'prepared' as state,
  extract(epoch from clock_timestamp() - p.prepared)::float8 as "ageSeconds",
  null::float8 as "querySeconds", null::text as query`
const here = '(select oid from pg_database where datname = current_database())'

/** Who holds the lock of a phase: writers whose transactions are open, or prepared. */
export async function holdersOf(database: Queryable, migration: string): Promise<readonly Blocker[]> {
  const { rows } = await database.query<Blocker>(
    `with held as (
       select pid, virtualtransaction from pg_locks
        where locktype = 'advisory' and database = ${here} and granted
          and classid = ${phaseLockClass}::oid and objid::int8 = hashtext($1)::int8 & 4294967295 and objsubid = 2)
     select ${session} from held h join pg_stat_activity a using (pid)
     union all
     select ${prepared} from held h
       join pg_locks own on own.locktype = 'transactionid' and own.virtualtransaction = h.virtualtransaction and own.pid is null
       join pg_prepared_xacts p on p.transaction = own.transactionid
      where h.pid is null
     order by "ageSeconds" desc nulls last`,
    [migration],
  )
  return rows
}

/** Every transaction that is open now in this database; operators who wait themselves are left out. */
export async function runningTransactions(database: Queryable): Promise<readonly string[]> {
  const { rows } = await database.query<{ virtualxid: string }>(
    `select l.virtualxid from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'virtualxid' and l.granted and l.mode = 'ExclusiveLock' and a.datid = ${here}
        and a.usesysid is not null and l.pid <> pg_backend_pid()
        and not exists (select from pg_locks o where o.pid = l.pid and o.locktype = 'advisory'
              and o.classid = ${operatorLockClass}::oid and o.objsubid = 2)`,
  )
  return rows.map(({ virtualxid }) => virtualxid)
}

/** Those of the given transactions that are still open, and the prepared ones from before the flip of a migration. */
export async function stillOpen(
  database: Queryable,
  migration: string,
  transactions: readonly string[],
): Promise<readonly Blocker[]> {
  const { rows } = await database.query<Blocker>(
    `select ${session} from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'virtualxid' and l.granted and l.mode = 'ExclusiveLock' and l.virtualxid = any($2::text[])
     union all
     select ${prepared} from pg_prepared_xacts p
      where p.database = current_database()
        and age(p.transaction) >= (select age(flip_xid::xid) from changeover.phase where migration = $1)
     order by "ageSeconds" desc nulls last`,
    [migration, transactions],
  )
  return rows
}

/** Who it is and how to end it, for a message. */
export function describeBlocker(blocker: Blocker): string {
  const { pid, gid, user, application, state, ageSeconds, querySeconds } = blocker
  const age = ageSeconds === null ? '' : ` for ${ageSeconds.toFixed(1)} s`
  if (gid !== null) return `the prepared transaction '${gid}'${age}`
  const who = [application, user].filter((part) => part !== null).join(' of ')
  const statement = querySeconds === null ? '' : `, its last statement began ${querySeconds.toFixed(1)} s ago`
  return `pid ${pid} (${who}; ${state ?? 'state unknown'}${age}${statement})`
}
