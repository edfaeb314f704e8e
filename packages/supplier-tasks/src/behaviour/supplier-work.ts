import type { Queryable } from '@changeover/database'
import { sql } from '@changeover/mapping/sql'
import type { InstanceStatus } from '../legacy/instance-status.ts'
import type { Model } from './model.ts'

/** One task of one supplier, as it is shown. */
export interface SupplierWork {
  readonly id: string
  readonly task: string
  readonly section: string
  readonly status: InstanceStatus
  /** The override where there is one, otherwise the date of the template: `2026-01-31`. */
  readonly due: string
  readonly owner: string
  readonly notes: string
  readonly isApplied: boolean
  readonly blockedReason: string | null
}

/** What a supplier has to do for a project, by section and place. Cost: one statement. */
export async function supplierWork(
  database: Queryable,
  model: Model,
  supplier: string,
  project: string,
): Promise<readonly SupplierWork[]> {
  const { instances, templates, templateOf, sections, sectionOf, sectionName, tasks } = model
  const { rows } = await database.query<SupplierWork>(
    sql`select i.id, k.name as task, coalesce(x.${sectionName}, '') as section, i.status, coalesce(i.actual_due_date, i.due_date)::text as due,
        i.owner, i.notes, i.is_applied as "isApplied", i.blocked_reason as "blockedReason"
      from supplier_project_instance as s join ${instances} as i on i.supplier_project_instance_id = s.id
        join ${templates} as t on t.id = i.${templateOf} join ${tasks} as k on k.id = t.task_id
        left join ${sections} as x on x.id = t.${sectionOf}
      where s.supplier_id = $1 and s.project_id = $2 order by x.sequence, x.id, k.sequence, k.id, i.id`.text,
    [supplier, project],
  )
  return rows
}
