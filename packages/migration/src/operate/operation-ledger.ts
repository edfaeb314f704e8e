import type { DdlStatement, Queryable } from '@changeover/database'

/**
 * Who asked for what beside the phase, whose own history is in rollout. Append-only as that is: needs the functions of rollout's
 * ledger.
 */
export const operationLedgerDdl: readonly DdlStatement[] = [
  `CREATE TABLE IF NOT EXISTS changeover.operation (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    migration text NOT NULL,
    what text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    by text NOT NULL,
    db_user text NOT NULL DEFAULT session_user,
    reason text NOT NULL,
    details jsonb NOT NULL DEFAULT '{}'
  )`,
  `CREATE OR REPLACE TRIGGER refuse_rewriting BEFORE UPDATE OR DELETE OR TRUNCATE ON changeover.operation
    FOR EACH STATEMENT EXECUTE FUNCTION changeover.refuse_rewriting()`,
  'ALTER TABLE changeover.operation ENABLE ALWAYS TRIGGER refuse_rewriting',
]

/** Something that an operator asked for. */
export interface Operation {
  readonly migration: string
  /** `backfill`, `retune`, … */
  readonly what: string
  readonly by: string
  readonly reason: string
  readonly details?: Readonly<Record<string, unknown>>
}

/** Records what is asked for, before it is done: what cannot be recorded is not done. */
export async function recordOperation(database: Queryable, operation: Operation): Promise<void> {
  const { migration, what, by, reason, details = {} } = operation
  await database.query(
    `insert into changeover.operation (migration, what, by, reason, details) values ($1, $2, $3, $4, $5::jsonb)`,
    [migration, what, by, reason, JSON.stringify(details)],
  )
}
