import type { Database } from '@changeover/database'
import type { Check } from '../checks/check.ts'
import { errors } from '../errors.ts'

/** What Node says of the time, beside which the database is held. */
export interface NodeTime {
  /** Milliseconds since 1970, as Date.now(). */
  now(): number
  /** How many minutes a zone is ahead of UTC at an instant. */
  offsetMinutes(zone: string, instantMs: number): number
}

/** More than this cannot be the way of a statement. */
const allowedSkewSeconds = 2

// Zones whose rules were changed in the last years, and two that stand still: old time-zone data show in them.
const zones = [
  'America/Mexico_City',
  'America/Sao_Paulo',
  'America/Asuncion',
  'Africa/Cairo',
  'Asia/Amman',
  'Asia/Almaty',
  'Asia/Manila',
  'Europe/Berlin',
]
const instants = [2019, 2022, 2024, 2026].flatMap((year) => [Date.UTC(year, 0, 15), Date.UTC(year, 6, 15)])

/** Whether Node and PostgreSQL mean the same by a time. */
export function clockChecks(database: Database, time: NodeTime): readonly Check[] {
  return [
    { name: 'clock', claim: 'Node and PostgreSQL have the same time', look: () => clock(database, time) },
    {
      name: 'time-zones',
      claim: 'Node and PostgreSQL have the same time-zone data',
      look: () => timeZones(database, time),
    },
  ]
}

async function clock(database: Database, { now }: NodeTime) {
  const before = now()
  const { rows } = await database.query<{ ms: number }>(
    `select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`,
  )
  const after = now()
  const at = rows[0]?.ms ?? Number.NaN
  // The server's answer lies somewhere between the two looks at our clock.
  const skewSeconds = Math.max(before - at, at - after, 0) / 1_000
  const problems =
    skewSeconds <= allowedSkewSeconds
      ? []
      : [errors.CLOCKS_DIFFER.problem({ seconds: Math.round(skewSeconds), allowed: allowedSkewSeconds })]
  return {
    evidence: `${skewSeconds.toFixed(3)} s apart at least, ${after - before} ms for the look`,
    problems,
  }
}

async function timeZones(database: Database, { offsetMinutes }: NodeTime) {
  const { rows } = await database.query<{ zone: string; instantMs: number; minutes: number | null }>(
    `select zone, ms as "instantMs",
       case when exists (select from pg_timezone_names where name = zone) then
         (extract(epoch from (to_timestamp(ms / 1000) at time zone zone) - (to_timestamp(ms / 1000) at time zone 'UTC')) / 60)::int4
       end as minutes
       from unnest($1::text[]) as zone cross join unnest($2::float8[]) as ms order by zone, ms`,
    [zones, instants],
  )
  const differing = rows.flatMap(({ zone, instantMs, minutes }) => {
    const here = nodeSays(offsetMinutes, zone, instantMs)
    return here === minutes
      ? []
      : [{ zone, on: new Date(instantMs).toISOString().slice(0, 10), node: here, database: minutes }]
  })
  const problems = [...Map.groupBy(differing, ({ zone }) => zone).values()].flatMap(([first]) =>
    first ? [errors.ZONES_DIFFER.problem(first)] : [],
  )
  return {
    evidence: `${rows.length} offsets of ${zones.length} zones compared, ${differing.length} differ`,
    problems,
  }
}

/** Null for a zone that Node does not know. */
function nodeSays(offsetMinutes: NodeTime['offsetMinutes'], zone: string, instantMs: number): number | null {
  try {
    return offsetMinutes(zone, instantMs)
  } catch {
    return null
  }
}
