import type { Database, DdlStatement, Queryable } from '@changeover/database'
import type { Migration } from './define-migration.ts'
import { phaseOf } from './phase-of.ts'
import { rehearse, type RehearseOptions, type Rehearsal } from './rehearse.ts'

/** What rehearsals of the way back have found, so that it can be shown without trying every row again. */
export const rehearsalLedgerDdl: readonly DdlStatement[] = [
  'CREATE SCHEMA IF NOT EXISTS changeover',
  `CREATE TABLE IF NOT EXISTS changeover.rehearsal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration text NOT NULL,
    epoch bigint NOT NULL,
    snapshot text NOT NULL,
    started_at timestamptz NOT NULL,
    result jsonb NOT NULL
  )`,
  'CREATE INDEX IF NOT EXISTS rehearsal_latest ON changeover.rehearsal (migration, id)',
  `CREATE TABLE IF NOT EXISTS changeover.rehearsal_claim (
    migration text PRIMARY KEY,
    claimed_at timestamptz NOT NULL DEFAULT clock_timestamp()
  )`,
]

/** The last rehearsal of all rows. What was written since it began is not in it. */
export interface RecordedRehearsal extends Rehearsal {
  /** ISO 8601 in UTC: when it began. */
  readonly at: string
  readonly ageSeconds: number
  /** Of the phase that it was made in. */
  readonly epoch: string
  /** Of the database, when it began. */
  readonly snapshot: string
}

/**
 * Rehearses the way back, and records what was found if every row was asked for: a part must not hide what is known of the whole.
 * Nothing is recorded where the bookkeeping is older than this table.
 *
 * Cost: as `rehearse`, and three statements.
 */
export async function rehearseAndRecord(
  database: Database,
  migration: Migration,
  options: RehearseOptions = {},
): Promise<Rehearsal> {
  const stored = await phaseOf(database, migration.name)
  const { rows } = await database.query<{ at: string; snapshot: string }>(
    'select clock_timestamp()::text as at, pg_current_snapshot()::text as snapshot',
  )
  const found = await rehearse(database, migration, options)
  const [begun] = rows
  if (options.limitRows !== undefined || !stored || !begun || !(await hasTable(database))) return found
  await database.query(
    `insert into changeover.rehearsal (migration, epoch, snapshot, started_at, result)
     values ($1, $2::bigint, $3, $4::timestamptz, $5::jsonb)`,
    [migration.name, stored.epoch, begun.snapshot, begun.at, storable(found)],
  )
  return found
}

/** The last rehearsal; undefined before the first one. Cost: two statements, none that reads rows of either side. */
export async function recordedRehearsal(
  database: Queryable,
  migration: string,
): Promise<RecordedRehearsal | undefined> {
  if (!(await hasTable(database))) return undefined
  const { rows } = await database.query<Omit<RecordedRehearsal, keyof Rehearsal> & { result: string }>(
    `select epoch::text as epoch, snapshot, result::text as result,
       to_char(started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
       extract(epoch from clock_timestamp() - started_at)::float8 as "ageSeconds"
       from changeover.rehearsal where migration = $1 order by id desc limit 1`,
    [migration],
  )
  const [row] = rows
  if (row === undefined) return undefined
  const { result, ...made } = row
  return { ...(JSON.parse(result) as Rehearsal), ...made } // written by rehearseAndRecord
}

/**
 * Says that a rehearsal begins, unless somebody has said so within that time: of many processes one makes it. The claim of one that dies
 * counts no longer than that either.
 */
export async function claimRehearsal(
  database: Queryable,
  migration: string,
  everySeconds: number,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `insert into changeover.rehearsal_claim as claim (migration) values ($1)
     on conflict (migration) do update set claimed_at = clock_timestamp()
      where claim.claimed_at <= clock_timestamp() - make_interval(secs => $2)`,
    [migration, everySeconds],
  )
  return rowCount > 0
}

async function hasTable(database: Queryable): Promise<boolean> {
  const { rows } = await database.query<{ found: boolean }>(
    `select to_regclass('changeover.rehearsal') is not null as found`,
  )
  return rows[0]?.found === true
}

/** jsonb holds neither NUL nor half a surrogate pair, which the reason of a lost row may quote. */
function storable(found: Rehearsal): string {
  return JSON.stringify(found, (_key, each: unknown) =>
    typeof each === 'string' ? each.replaceAll('\0', '\uFFFD').toWellFormed() : each,
  )
}
