import type { Transaction } from '@changeover/database'
import { sql } from '@changeover/mapping/sql'
import { errors } from '../errors.ts'
import type { Model } from './model.ts'

/**
 * Moves the due date of a task of a project, and of every supplier's task that has no date of its own. Gives how many of them.
 *
 * Errors: SUPPLIER_TASKS.TEMPLATE_NOT_FOUND.
 */
export async function moveDueDate(
  tx: Transaction,
  { templates, instances, templateOf }: Model,
  template: string,
  due: string,
): Promise<number> {
  const moved = await tx.query(sql`update ${templates} set due_date = $2::date where id = $1`.text, [
    template,
    due,
  ])
  if (moved.rowCount === 0) throw errors.TEMPLATE_NOT_FOUND({ id: template })
  const { rowCount } = await tx.query(
    sql`update ${instances} set due_date = $2::date, updated_at = now()
      where ${templateOf} = $1 and actual_due_date is null and due_date <> $2::date`.text,
    [template, due],
  )
  return rowCount
}

/** Gives a supplier's task a date of its own, or takes it away (null). Errors: SUPPLIER_TASKS.INSTANCE_NOT_FOUND. */
export async function overrideDueDate(
  tx: Transaction,
  { instances }: Model,
  id: string,
  due: string | null,
): Promise<void> {
  const { rowCount } = await tx.query(
    sql`update ${instances} set actual_due_date = $2::date, updated_at = now() where id = $1`.text,
    [id, due],
  )
  if (rowCount === 0) throw errors.INSTANCE_NOT_FOUND({ id })
}
