import type { Queryable } from '@changeover/database'
import { wrongRows } from './judge.ts'
import { iso } from './records.ts'
import type { Verdict, Verification } from './verification.ts'

/** A verification that was finished, in figures. */
export interface PastVerification {
  readonly id: string
  readonly verdict: Verdict
  /** ISO 8601 in UTC, of the database's clock. */
  readonly startedAt: string
  readonly finishedAt: string
  /** Legacy rows of all mappings. */
  readonly rows: number
  /** Of both sides; held ones where they counted as wrong. */
  readonly wrongRows: number
  readonly heldRows: number
}

interface Row {
  readonly id: string
  readonly startedAt: string
  readonly finishedAt: string
  readonly outcome: string
}

/** The last verifications of a migration that came to their end, newest first. Cost: one statement on the ledger. */
export async function pastVerifications(
  database: Queryable,
  migration: string,
  limit: number,
): Promise<readonly PastVerification[]> {
  const { rows } = await database.query<Row>(
    `SELECT id::text, ${iso('started_at')} AS "startedAt", ${iso('finished_at')} AS "finishedAt",
       jsonb_build_object('verdict', verdict, 'settings', result -> 'settings', 'mappings', result -> 'mappings')::text AS outcome
     FROM changeover.verification AS v WHERE migration = $1 AND finished_at IS NOT NULL
     ORDER BY v.finished_at DESC, v.id DESC LIMIT $2`,
    [migration, limit],
  )
  return rows.map(({ outcome, ...row }) => {
    // Parts of what the verification itself has written.
    const { verdict, settings, mappings } = JSON.parse(outcome) as Pick<
      Verification,
      'verdict' | 'settings' | 'mappings'
    >
    return {
      ...row,
      verdict,
      rows: mappings.reduce((sum, { total }) => sum + total, 0),
      wrongRows: mappings.reduce((sum, each) => sum + wrongRows(each, settings), 0),
      heldRows: mappings.reduce((sum, { held }) => sum + held, 0),
    }
  })
}
