import type { Queryable } from '@changeover/database'
import type { Verdict } from './judge.ts'
import type { PhaseName } from './phase.ts'
import { iso } from './stored-phase.ts'

/** One line of the audit trail. */
export interface HistoryEntry {
  readonly what: 'stored' | 'flip' | 'read-share' | 'caught-up'
  readonly from: PhaseName | null
  readonly to: PhaseName
  readonly epoch: string
  /** ISO 8601 in UTC. */
  readonly at: string
  /** Who, as they called themselves, and as the database knows them. */
  readonly by: string
  readonly databaseUser: string
  readonly reason: string
  /** What each gate said. */
  readonly gates: readonly Verdict[]
  readonly details: Readonly<Record<string, unknown>>
}

/** The audit trail of a migration, oldest first. */
export async function readHistory(database: Queryable, migration: string): Promise<readonly HistoryEntry[]> {
  const { rows } = await database.query<
    Omit<HistoryEntry, 'gates' | 'details'> & { gates: string; details: string }
  >(
    `select what, from_phase as "from", to_phase as "to", epoch::text as epoch, ${iso('at')} as at, by,
       db_user as "databaseUser", reason, gates::text as gates, details::text as details
       from changeover.phase_history where migration = $1 order by id`,
    [migration],
  )
  return rows.map((row) => ({
    ...row,
    gates: JSON.parse(row.gates) as readonly Verdict[], // written by flip
    details: JSON.parse(row.details) as Readonly<Record<string, unknown>>, // an object: by the column's default or as written
  }))
}
