import { setTimeout } from 'node:timers/promises'
import type { Queryable } from '@changeover/database'
import type { ReplicaLag } from './observations.ts'

interface Seen {
  readonly pid: number
  readonly name: string
  /** Null where this user may not see it. */
  readonly hasCaughtUp: boolean | null
  /** Of what it has shown last: of what it keeps back the server knows no figure. */
  readonly measuredSeconds: number | null
}

const pollMs = 20

/**
 * How long each replica of the server takes to show what is committed now: waited for, and measured. One that has not shown it in
 * time is behind by that time at least.
 *
 * Cost: two statements where no replica is behind; else `patienceMs` at most.
 */
export async function replicaLags(database: Queryable, patienceMs: number): Promise<readonly ReplicaLag[]> {
  const { rows } = await database.query<{ position: string }>('select pg_current_wal_lsn()::text as position')
  const position = rows[0]?.position ?? ''
  const begun = performance.now()
  const shownAfterMs = new Map<number, number>()
  for (let waitedMs = 0; ; waitedMs = performance.now() - begun) {
    const replicas = await replicasAt(database, position)
    for (const { pid, hasCaughtUp } of replicas)
      if (hasCaughtUp === true && !shownAfterMs.has(pid)) shownAfterMs.set(pid, waitedMs)
    const isBehind = replicas.some(({ pid, hasCaughtUp }) => hasCaughtUp === false && !shownAfterMs.has(pid))
    if (!isBehind || waitedMs >= patienceMs)
      return replicas.map((each) => lagOf(each, shownAfterMs.get(each.pid), waitedMs))
    await setTimeout(pollMs)
  }
}

function lagOf(replica: Seen, shownAfterMs: number | undefined, waitedMs: number): ReplicaLag {
  const { name, hasCaughtUp, measuredSeconds } = replica
  if (shownAfterMs !== undefined) return { name, lagSeconds: shownAfterMs / 1_000 }
  if (hasCaughtUp === null) return { name, lagSeconds: null }
  return { name, lagSeconds: Math.max(waitedMs / 1_000, measuredSeconds ?? 0) }
}

async function replicasAt(database: Queryable, position: string): Promise<readonly Seen[]> {
  const { rows } = await database.query<Seen>(
    `select pid, application_name as name,
       case when state is not null then coalesce(replay_lsn >= $1::pg_lsn, false) end as "hasCaughtUp",
       extract(epoch from replay_lag)::float8 as "measuredSeconds"
       from pg_stat_replication where state is null or state = 'streaming' order by application_name, pid`,
    [position],
  )
  return rows
}
