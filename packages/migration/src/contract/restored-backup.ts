import { type Database, type Queryable, runDdl } from '@changeover/database'
import type { Observations } from '@changeover/rollout'
import type { Migration } from '../define-migration.ts'
import { archiveLedgerDdl } from './archive-ledger.ts'

/** A backup that somebody has restored elsewhere, and looked at. */
export interface RestoredBackup {
  readonly by: string
  /** Which backup, restored where, and what was looked at. */
  readonly note: string
}

/** Records that a backup was restored just now: what cannot be restored is no backup. */
export async function recordRestoredBackup(
  database: Database,
  { name }: Pick<Migration, 'name'>,
  { by, note }: RestoredBackup,
): Promise<void> {
  await runDdl(database, archiveLedgerDdl)
  await database.query('insert into changeover.restored_backup (migration, note, by) values ($1, $2, $3)', [
    name,
    note,
    by,
  ])
}

/** How long ago the last one was restored; undefined where none is known. Cost: two statements. */
export async function lastRestoredBackup(
  database: Queryable,
  migration: string,
): Promise<Observations['backup']> {
  const { rows: found } = await database.query<{ found: boolean }>(
    `select to_regclass('changeover.restored_backup') is not null as found`,
  )
  if (found[0]?.found !== true) return undefined
  const { rows } = await database.query<{ seconds: number | null }>(
    `select round(extract(epoch from clock_timestamp() - max(at)))::float8 as seconds
       from changeover.restored_backup where migration = $1`,
    [migration],
  )
  const seconds = rows[0]?.seconds ?? null
  return seconds === null ? undefined : { restoredSecondsAgo: seconds }
}
