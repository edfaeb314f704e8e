import type { Database, Queryable } from '@changeover/database'
import type { Difference, Observation } from '@changeover/shadow'

/** What shadow reads of one operation have found. */
export interface ShadowStatistics {
  readonly operation: string
  /** Probes that compared both sides; those that came to no comparison are counted in `uncompared`. */
  readonly reads: number
  /** Of these: different answers, and answers of the control alone. */
  readonly mismatches: number
  /** Too slow, or failed on the control's side: they prove nothing. */
  readonly uncompared: number
  /** The control against itself: what differs there is noise. */
  readonly noiseReads: number
  readonly noiseMismatches: number
  /** Mean milliseconds of each side. */
  readonly controlMs: number
  readonly candidateMs: number
}

/** An example of a difference, without values. */
export interface ShadowExample {
  readonly operation: string
  readonly verdict: string
  /** ISO 8601 in UTC. */
  readonly at: string
  readonly differences: readonly Difference[]
  readonly error: string | null
}

const examplesKept = 20
const daysKept = 30

/**
 * Gives what a shadow's `record` is to be: stores each observation, counted by minute, and the last twenty differences of each
 * operation. Cost: a transaction of one to three statements for each probe, on a connection of its own.
 */
export function recordShadowReads(
  database: Database,
  migration: string,
): (observation: Observation) => Promise<void> {
  return (observation) =>
    database.transaction(async (tx) => {
      const { operation, isAgainstItself, verdict, differences, controlMs, candidateMs, error } = observation
      await tx.query(
        `insert into changeover.shadow_read as r (migration, operation, against_itself, verdict, minute, probes, control_ms, candidate_ms)
          values ($1, $2, $3, $4, date_trunc('minute', clock_timestamp()), 1, $5, $6)
          on conflict (migration, minute, operation, against_itself, verdict) do update set probes = r.probes + 1,
            control_ms = r.control_ms + excluded.control_ms, candidate_ms = r.candidate_ms + excluded.candidate_ms`,
        [migration, operation, isAgainstItself, verdict, controlMs ?? 0, candidateMs ?? 0],
      )
      if (verdict === 'same') return
      await tx.query(
        `insert into changeover.shadow_difference (migration, operation, verdict, differences, error) values ($1, $2, $3, $4::jsonb, $5)`,
        [migration, operation, verdict, JSON.stringify(differences), error ?? null],
      )
      await tx.query(
        `delete from changeover.shadow_difference where migration = $1 and operation = $2 and id <= (
          select id from changeover.shadow_difference where migration = $1 and operation = $2 order by id desc offset ${examplesKept} limit 1)`,
        [migration, operation],
      )
    })
}

/** Forgets counts that are older than thirty days. */
export async function pruneMonitor(database: Queryable, migration: string): Promise<void> {
  for (const table of ['shadow_read', 'request_count'])
    await database.query(
      `delete from changeover.${table} where migration = $1 and minute < clock_timestamp() - interval '${daysKept} days'`,
      [migration],
    )
}

/** The statistics of each operation since a moment (ISO 8601), all of them unless given. Cost: one statement. */
export async function shadowStatistics(
  database: Queryable,
  migration: string,
  since = '-infinity',
): Promise<readonly ShadowStatistics[]> {
  const { rows } = await database.query<ShadowStatistics>(
    `select operation,
       coalesce(sum(probes) filter (where not against_itself and verdict in ('same', 'different', 'candidate-failed')), 0)::int as reads,
       coalesce(sum(probes) filter (where not against_itself and verdict in ('different', 'candidate-failed')), 0)::int as mismatches,
       coalesce(sum(probes) filter (where not against_itself and verdict not in ('same', 'different', 'candidate-failed')), 0)::int as uncompared,
       coalesce(sum(probes) filter (where against_itself), 0)::int as "noiseReads",
       coalesce(sum(probes) filter (where against_itself and verdict <> 'same'), 0)::int as "noiseMismatches",
       (sum(control_ms) / sum(probes))::float8 as "controlMs", (sum(candidate_ms) / sum(probes))::float8 as "candidateMs"
     from changeover.shadow_read where migration = $1 and minute >= date_trunc('minute', $2::timestamptz)
     group by operation order by operation`,
    [migration, since],
  )
  return rows
}

/** The last differences, newest first. Cost: one statement. */
export async function shadowExamples(
  database: Queryable,
  migration: string,
): Promise<readonly ShadowExample[]> {
  const { rows } = await database.query<Omit<ShadowExample, 'differences'> & { readonly listed: string }>(
    `select operation, verdict, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, differences::text as listed, error
     from changeover.shadow_difference where migration = $1 order by id desc limit ${examplesKept}`,
    [migration],
  )
  return rows.map(({ listed, ...row }) => ({ ...row, differences: JSON.parse(listed) as Difference[] })) // we wrote it
}
