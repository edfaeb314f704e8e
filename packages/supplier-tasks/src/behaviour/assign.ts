import type { Transaction } from '@changeover/database'
import { isFailure } from '@changeover/errors'
import { sql } from '@changeover/mapping/sql'
import { errors } from '../errors.ts'
import type { Model } from './model.ts'

/**
 * Has a supplier take part in a project: one task for each template of the project. Gives how many were added; the second time none.
 * Of two at a time for the same pair the second waits for the first.
 *
 * Errors: SUPPLIER_TASKS.ASSIGNMENT_UNKNOWN.
 */
export async function assign(
  tx: Transaction,
  model: Model,
  supplier: string,
  project: string,
): Promise<number> {
  const { rows } = await tx
    .query<{ id: string }>(
      // The update changes nothing, but locks the row that both of two at a time have in common.
      `insert into supplier_project_instance (id, supplier_id, project_id) values (gen_random_uuid()::text, $1, $2)
         on conflict (supplier_id, project_id) do update set supplier_id = excluded.supplier_id returning id`,
      [supplier, project],
    )
    .catch((error: unknown) => {
      if (!isFailure(error, 'DATABASE.CONSTRAINT_VIOLATED')) throw error
      throw errors.ASSIGNMENT_UNKNOWN({ supplier, project }, { cause: error })
    })
  return addInstances(tx, model, rows[0]?.id ?? '')
}

/** Adds the tasks that an assignment does not have yet. Whoever calls it holds the assignment. */
export async function addInstances(
  tx: Transaction,
  { instances, templates, templateOf }: Model,
  assignment: string,
): Promise<number> {
  const { rowCount } = await tx.query(
    sql`insert into ${instances} (id, supplier_project_instance_id, ${templateOf}, status, due_date, owner, notes, is_applied, created_at, updated_at)
      select gen_random_uuid()::text, s.id, t.id, 'not_started', t.due_date, '', '', true, now(), now()
        from supplier_project_instance as s join ${templates} as t on t.project_id = s.project_id
       where s.id = $1 and not exists (
         select from ${instances} as i where i.supplier_project_instance_id = s.id and i.${templateOf} = t.id)`
      .text,
    [assignment],
  )
  return rowCount
}
