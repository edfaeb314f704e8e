import type { Queryable } from '@changeover/database'
import { errors } from './errors.ts'
import type { Finding } from './finding.ts'

export interface PageOptions {
  /** How many findings are left out before; 0 unless given. A finished verification does not change. */
  readonly offset?: number
  /** 100 unless given. */
  readonly limit?: number
}

export interface FindingPage {
  readonly findings: readonly Finding[]
  /** How many were kept: the first ones. */
  readonly kept: number
  /** How many there were beside. */
  readonly omitted: number
}

interface Row {
  readonly kept: number
  readonly omitted: number
  readonly findings: string
}

/** Some findings of a finished verification. Errors: VERIFIER.VERIFICATION_UNKNOWN, also while it is under way. */
export async function pageOfFindings(
  database: Queryable,
  migration: string,
  id: string,
  { offset = 0, limit = 100 }: PageOptions = {},
): Promise<FindingPage> {
  const { rows } = await database.query<Row>(
    `SELECT jsonb_array_length(result -> 'findings') AS kept, (result ->> 'findingsOmitted')::int AS omitted,
       (SELECT coalesce(jsonb_agg(finding ORDER BY place), '[]') FROM (
          SELECT finding, place FROM jsonb_array_elements(result -> 'findings') WITH ORDINALITY AS each(finding, place)
          ORDER BY place OFFSET $3 LIMIT $4) AS page)::text AS findings
     FROM changeover.verification WHERE id::text = $1 AND migration = $2 AND finished_at IS NOT NULL`,
    [id, migration, offset, limit],
  )
  const [row] = rows
  if (row === undefined) throw errors.VERIFICATION_UNKNOWN({ id, migration })
  return { ...row, findings: JSON.parse(row.findings) as readonly Finding[] } // written by the verification itself
}
