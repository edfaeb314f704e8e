import type { Queryable } from '@changeover/database'
import { sql } from '@changeover/mapping/sql'
import type { Model } from './model.ts'

/** One task of a project: the template of what each of its suppliers has to do. */
export interface ProjectWork {
  readonly id: string
  readonly task: string
  readonly section: string
  /** As `2026-01-31`. */
  readonly due: string
  readonly notes: string
}

/** The tasks of a project, by section and place. Cost: one statement. */
export async function projectWork(
  database: Queryable,
  { templates, sections, sectionOf, sectionName, tasks }: Model,
  project: string,
): Promise<readonly ProjectWork[]> {
  const { rows } = await database.query<ProjectWork>(
    sql`select t.id, k.name as task, coalesce(x.${sectionName}, '') as section, t.due_date::text as due, t.notes
      from ${templates} as t join ${tasks} as k on k.id = t.task_id left join ${sections} as x on x.id = t.${sectionOf}
      where t.project_id = $1 order by x.sequence, x.id, k.sequence, k.id, t.id`.text,
    [project],
  )
  return rows
}
