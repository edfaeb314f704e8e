import type { Queryable } from '@changeover/database'

/** A change of a choice, as it was recorded. */
export interface ChoiceChange {
  /** As text: a bigint. */
  readonly id: string
  /** The table of the choice. */
  readonly choice: string
  readonly choiceId: string
  readonly what: 'insert' | 'update' | 'delete'
  /** The rows as JSON; null where there was or is none. */
  readonly before: unknown
  readonly after: unknown
  /** As PostgreSQL writes it. */
  readonly at: string
  readonly actor: string
}

/** The changes of a tenant's choices before one of them, newest first. Cost: one statement. */
export async function choiceChanges(
  database: Queryable,
  tenantId: string,
  limitRows: number,
  beforeId?: string,
): Promise<readonly ChoiceChange[]> {
  const { rows } = await database.query<ChoiceChange & { before: string | null; after: string | null }>(
    `select id::text as id, choice, choice_id::text as "choiceId", what, before::text as before, after::text as after, at::text as at, actor
      from choice_change where tenant_id = $1::bigint and ($3::bigint is null or id < $3::bigint) order by choice_change.id desc limit $2::int`,
    [tenantId, limitRows, beforeId ?? null],
  )
  const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text))
  return rows.map((row) => ({ ...row, before: parsed(row.before), after: parsed(row.after) }))
}
