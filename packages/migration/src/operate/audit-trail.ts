import type { Queryable } from '@changeover/database'
import { phaseOf } from '../phase-of.ts'

/** One line of what was changed or asked for: a change of the phase, or an operation beside it. */
export interface AuditEntry {
  /** Where the next page begins: `before` it. */
  readonly id: string
  /** ISO 8601 in UTC, of the database's clock. */
  readonly at: string
  readonly what: string
  readonly by: string
  /** As the database knows them. */
  readonly databaseUser: string
  readonly reason: string
  readonly details: Readonly<Record<string, unknown>>
}

export interface AuditPage {
  /** 100 unless given. */
  readonly limit?: number
  /** The last entry of the page before. */
  readonly before?: string | undefined
}

/**
 * The history of the phase and what was asked for beside it, as one, newest first. Empty before the first install.
 *
 * Cost: one statement, which reads no more than a page of each.
 */
export async function readAudit(
  database: Queryable,
  migration: string,
  { limit = 100, before }: AuditPage = {},
): Promise<readonly AuditEntry[]> {
  if ((await phaseOf(database, migration)) === undefined) return []
  const { rows } = await database.query<Omit<AuditEntry, 'details'> & { details: string }>(page, [
    migration,
    limit,
    before ?? null,
  ])
  return rows.map((row) => ({ ...row, details: JSON.parse(row.details) as AuditEntry['details'] })) // the statement makes objects
}

const place = `(at, source, number) < (SELECT at, source, number FROM last)`
const order = `at DESC, source DESC, number DESC LIMIT $2`

const page = `WITH last AS MATERIALIZED (
    SELECT at, 'phase' AS source, id AS number FROM changeover.phase_history WHERE migration = $1 AND 'phase-' || id = $3
    UNION ALL
    SELECT at, 'operation', id FROM changeover.operation WHERE migration = $1 AND 'operation-' || id = $3),
  phases AS (
    SELECT at, 'phase' AS source, id AS number, what, by, db_user, reason,
      details || jsonb_build_object('from', from_phase, 'to', to_phase, 'epoch', epoch::text, 'gates', gates) AS details
      FROM changeover.phase_history WHERE migration = $1),
  operations AS (
    SELECT at, 'operation' AS source, id AS number, what, by, db_user, reason, details
      FROM changeover.operation WHERE migration = $1)
  SELECT source || '-' || number AS id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, what, by,
    db_user AS "databaseUser", reason, details::text AS details
    FROM ((SELECT * FROM phases WHERE $3::text IS NULL OR ${place} ORDER BY ${order})
      UNION ALL (SELECT * FROM operations WHERE $3::text IS NULL OR ${place} ORDER BY ${order})) AS both_kinds
    ORDER BY ${order}`
