import type { Queryable, Transaction } from '@changeover/database'
import type { Failure } from '@changeover/errors'
import type { Key, RefusedRow } from '@changeover/sync'
import { errors } from './errors.ts'
import type { Place } from './checkpoint.ts'

/** Why a row could not be written: refused by a rule (BACKFILL.ROW_REFUSED) or by the database (DATABASE.*). */
export interface Reason {
  readonly key: Key
  readonly code: string
  /** The rule that refused it; null where the database did. */
  readonly rule: string | null
  /** The field, or the constraint. */
  readonly field: string | null
  readonly why: string
}

/** A row that waits in quarantine. Times are texts as the database writes them. */
export interface QuarantinedRow extends Reason {
  readonly attempts: number
  readonly firstAt: string
  readonly lastAt: string
}

export function reasonOfRefusal({ key, rule, field, why }: RefusedRow): Reason {
  return { key, code: errors.ROW_REFUSED.code, rule, field, why }
}

export function reasonOfFailure(key: Key, { code, message, values }: Failure): Reason {
  const field = values['constraint'] ?? values['column']
  return {
    key,
    code,
    rule: null,
    field: typeof field === 'string' ? field : null,
    why: whyOf(message, values),
  }
}

// Of these the server's detail names the key in conflict; of the others it would copy the whole row into the ledger.
const keyConflicts: ReadonlySet<unknown> = new Set(['23503', '23505', '23P01'])

function whyOf(message: string, { said, detail, sqlState }: Readonly<Record<string, unknown>>): string {
  if (typeof said !== 'string') return message
  return keyConflicts.has(sqlState) && typeof detail === 'string' ? `${said}. ${detail}` : said
}

/** Puts rows into quarantine; one that is there already gets the new reason. Cost: one statement, none for no rows. */
export async function addToQuarantine(
  tx: Transaction,
  { migration, mapping }: Place,
  reasons: readonly Reason[],
): Promise<void> {
  if (reasons.length === 0) return
  const rows = reasons.map(({ key, code, rule, field, why }) => ({
    key,
    code,
    rule,
    field,
    why: storable(why),
  }))
  await tx.query(
    `INSERT INTO changeover.quarantine AS q (migration, mapping, key, code, rule, field, why)
     SELECT $1, $2, ARRAY(SELECT jsonb_array_elements_text(r.key)), r.code, r.rule, r.field, r.why
     FROM jsonb_to_recordset($3::jsonb) AS r (key jsonb, code text, rule text, field text, why text)
     ON CONFLICT (migration, mapping, key) DO UPDATE SET code = excluded.code, rule = excluded.rule,
       field = excluded.field, why = excluded.why, attempts = q.attempts + 1, last_at = clock_timestamp()`,
    [migration, mapping.name, JSON.stringify(rows)],
  )
}

/** Cost: one statement, none for no keys. */
export async function removeFromQuarantine(
  tx: Transaction,
  { migration, mapping }: Place,
  keys: readonly Key[],
): Promise<void> {
  if (keys.length === 0) return
  await tx.query(
    `DELETE FROM changeover.quarantine WHERE migration = $1 AND mapping = $2
     AND key IN (SELECT ARRAY(SELECT jsonb_array_elements_text(k)) FROM jsonb_array_elements($3::jsonb) AS k)`,
    [migration, mapping.name, JSON.stringify(keys)],
  )
}

/** Rows in quarantine after a key, in the order of the keys as texts. */
export async function listQuarantine(
  queryable: Queryable,
  { migration, mapping }: Place,
  page: { readonly after?: Key; readonly limitRows: number },
): Promise<readonly QuarantinedRow[]> {
  const { rows } = await queryable.query<Omit<QuarantinedRow, 'key'> & { readonly key: string }>(
    `SELECT to_json(key)::text AS key, code, rule, field, why, attempts,
       first_at::text AS "firstAt", last_at::text AS "lastAt"
     FROM changeover.quarantine
     WHERE migration = $1 AND mapping = $2 AND ($3::text[] IS NULL OR key > $3::text[])
     ORDER BY key LIMIT $4::int`,
    [migration, mapping.name, page.after ?? null, page.limitRows],
  )
  return rows.map((row) => ({ ...row, key: JSON.parse(row.key) as Key })) // a list of texts by its column
}

/** JSON has no place for NUL, and neither has text. */
function storable(text: string): string {
  return text.replaceAll('\u0000', '\\u0000')
}
