import type { Transaction } from '@changeover/database'
import { sql } from '@changeover/mapping/sql'
import { errors } from '../errors.ts'
import { type InstanceStatus, instanceStatuses } from '../legacy/instance-status.ts'
import type { Model } from './model.ts'

/** Where a supplier's task can go to from each status. */
export const transitions: Readonly<Record<InstanceStatus, readonly InstanceStatus[]>> = {
  not_started: ['in_progress', 'blocked'],
  in_progress: ['submitted', 'blocked'],
  submitted: ['approved', 'in_progress'], // handed back
  approved: [],
  blocked: ['in_progress', 'not_started'],
}

/**
 * Changes the status of a supplier's task; a reason is kept while it is blocked. Of two changes at a time the second sees the first.
 *
 * Errors: SUPPLIER_TASKS.TRANSITION_REFUSED, INSTANCE_NOT_FOUND.
 */
export async function changeStatus(
  tx: Transaction,
  { instances }: Model,
  id: string,
  to: InstanceStatus,
  reason: string | null = null,
): Promise<void> {
  const from = instanceStatuses.filter((status) => transitions[status].includes(to))
  const { rowCount } = await tx.query(
    sql`update ${instances} set status = $2, blocked_reason = $3, updated_at = now() where id = $1 and status = any($4::text[])`
      .text,
    [id, to, to === 'blocked' ? reason : null, from],
  )
  if (rowCount > 0) return
  const { rows } = await tx.query<{ status: InstanceStatus }>(
    sql`select status from ${instances} where id = $1`.text,
    [id],
  )
  const [found] = rows
  if (found === undefined) throw errors.INSTANCE_NOT_FOUND({ id })
  throw errors.TRANSITION_REFUSED({ id, from: found.status, to, allowed: transitions[found.status] })
}
