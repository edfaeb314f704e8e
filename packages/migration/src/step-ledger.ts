import type { DdlStatement, Queryable } from '@changeover/database'
import type { Migration } from './define-migration.ts'

/** The schema of all bookkeeping, and the record of what was installed when and by whom. */
export const stepLedgerDdl: readonly DdlStatement[] = [
  'CREATE SCHEMA IF NOT EXISTS changeover',
  `CREATE TABLE IF NOT EXISTS changeover.step (
  migration text NOT NULL,
  step text NOT NULL,
  hash text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  applied_by text NOT NULL DEFAULT current_user,
  PRIMARY KEY (migration, step)
)`,
]

/** A step as it was recorded. */
export interface RecordedStep {
  readonly step: string
  readonly hash: string
  /** ISO 8601 in UTC, of the database's clock. */
  readonly appliedAt: string
  readonly appliedBy: string
}

/** Whether the bookkeeping is there at all. */
export async function hasLedger(database: Queryable): Promise<boolean> {
  const { rows } = await database.query(
    `select from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'changeover' and c.relname = 'step'`,
  )
  return rows.length > 0
}

/** The steps of a migration that were recorded, oldest first; none where nothing is installed. */
export async function recordedSteps(
  database: Queryable,
  { name }: Pick<Migration, 'name'>,
): Promise<readonly RecordedStep[]> {
  if (!(await hasLedger(database))) return []
  const { rows } = await database.query<RecordedStep>(
    `select step, hash, applied_by as "appliedBy",
            to_char(applied_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "appliedAt"
       from changeover.step where migration = $1 order by applied_at, step`,
    [name],
  )
  return rows
}

/** Records that a step was applied. */
export async function recordStep(
  database: Queryable,
  { name }: Pick<Migration, 'name'>,
  { id, hash }: { readonly id: string; readonly hash: string },
): Promise<void> {
  await database.query(
    `insert into changeover.step (migration, step, hash) values ($1, $2, $3)
     on conflict (migration, step) do update
       set hash = excluded.hash, applied_at = excluded.applied_at, applied_by = excluded.applied_by`,
    [name, id, hash],
  )
}

/** Forgets one step, which is undone. */
export async function forgetStep(
  database: Queryable,
  { name }: Pick<Migration, 'name'>,
  step: string,
): Promise<void> {
  await database.query('delete from changeover.step where migration = $1 and step = $2', [name, step])
}

/** Forgets the steps of a migration; tells whether another migration still has some. */
export async function forgetSteps(
  database: Queryable,
  { name }: Pick<Migration, 'name'>,
): Promise<{ readonly othersLeft: boolean }> {
  await database.query('delete from changeover.step where migration = $1', [name])
  const { rows } = await database.query('select from changeover.step limit 1')
  return { othersLeft: rows.length > 0 }
}
