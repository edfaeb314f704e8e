import type { Database } from '@changeover/database'
import type { Verification } from './verification.ts'

/** The last verification of a migration that came to its end, as it was returned then. */
export async function lastVerification(
  database: Database,
  migration: string,
): Promise<Verification | undefined> {
  const { rows } = await database.query<{ result: string }>(
    `SELECT result::text FROM changeover.verification WHERE migration = $1 AND finished_at IS NOT NULL
     ORDER BY finished_at DESC, id DESC LIMIT 1`,
    [migration],
  )
  return rows[0] && (JSON.parse(rows[0].result) as Verification) // written by the verification itself
}
