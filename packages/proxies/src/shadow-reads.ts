import type { Database, Transaction } from '@changeover/database'
import { type Outcome, settle, type Shadow } from '@changeover/shadow'
import { defaultProxySchema } from './proxy.ts'

export interface ShadowReadsOptions {
  /** A pool of its own, so that shadow reads take no connection from the application. */
  readonly database: Database
  readonly shadow: Shadow
  /** Schema of the views; `changeover_legacy` unless given. */
  readonly schema?: string
  /** When the server ends a read that nobody waits for any more; 1 s unless given. */
  readonly statementTimeoutMs?: number
}

/** Legacy queries, run again behind the application's back. */
export interface ShadowReads {
  /** Runs a query of legacy tables, perhaps, on the tables and on their views. Returns at once and never throws. */
  query(operation: string, text: string, params?: readonly unknown[]): void
}

/**
 * Compares what legacy queries answer on the tables with what they answer on the views over the target, both in one snapshot, so that
 * writes in between are no difference. The query names tables without a schema; order what it gives, or set `clean`.
 *
 * Cost of a probe: one read-only transaction of six statements.
 */
export function createShadowReads({
  database,
  shadow,
  schema = defaultProxySchema,
  statementTimeoutMs = 1_000,
}: ShadowReadsOptions): ShadowReads {
  return {
    query(operation, text, params = []) {
      shadow.observe(operation, (isAgainstItself) =>
        database.transaction(
          async (tx) => {
            await setting(tx, 'statement_timeout', String(statementTimeoutMs))
            const control = await attempt(tx, text, params)
            if (!isAgainstItself) await viewsFirst(tx, schema)
            return { control, candidate: await attempt(tx, text, params) }
          },
          { isolation: 'repeatable read', readOnly: true },
        ),
      )
    },
  }
}

/** A statement that fails must not end the transaction of the other side. */
async function attempt(tx: Transaction, text: string, params: readonly unknown[]): Promise<Outcome> {
  await tx.query('savepoint changeover_shadow')
  const outcome = await settle(async () => (await tx.query(text, params)).rows)
  await tx.query('rollback to savepoint changeover_shadow')
  return outcome
}

async function viewsFirst(tx: Transaction, schema: string): Promise<void> {
  const { rows } = await tx.query<{ path: string }>(
    `select quote_ident($1) || ', ' || current_setting('search_path') as path`,
    [schema],
  )
  await setting(tx, 'search_path', rows[0]?.path ?? '')
}

async function setting(tx: Transaction, name: string, value: string): Promise<void> {
  await tx.query('select set_config($1, $2, true)', [name, value])
}
