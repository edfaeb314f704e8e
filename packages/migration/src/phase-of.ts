import type { Queryable } from '@changeover/database'
import { readPhase, type StoredPhase } from '@changeover/rollout'

/** The stored phase of a migration; undefined where none is, or no bookkeeping yet. Cost: two statements. */
export async function phaseOf(database: Queryable, migration: string): Promise<StoredPhase | undefined> {
  const { rows } = await database.query<{ found: boolean }>(
    `select to_regclass('changeover.phase') is not null as found`,
  )
  return rows[0]?.found === true ? readPhase(database, migration) : undefined
}
