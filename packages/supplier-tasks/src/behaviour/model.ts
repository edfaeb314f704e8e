import type { LegacyPlace } from '@changeover/migration'
import { ident, type Sql, sql } from '@changeover/mapping/sql'

/** Where a version of the application finds what it works on. What it does with it is the same for both. */
export interface Model {
  readonly version: 'v1' | 'v2'
  readonly instances: Sql
  /** The column of an instance that points to its template. */
  readonly templateOf: Sql
  readonly templates: Sql
  /** The column of a template that points to its section. */
  readonly sectionOf: Sql
  readonly sections: Sql
  readonly sectionName: Sql
  readonly tasks: Sql
}

/** The legacy model: milestones. Its tables, or the proxies that stand for them while the target leads. */
export function milestoneModel(at: LegacyPlace): Model {
  const place = (table: string) => ident(...at(table).split('.'))
  return {
    version: 'v1',
    instances: place('supplier_task_instance'),
    templateOf: sql`project_milestone_task_id`,
    templates: place('project_milestone_task'),
    sectionOf: sql`milestone_id`,
    sections: place('milestone_named'),
    sectionName: sql`section_name`,
    tasks: place('task_typed'),
  }
}

/** The new model: sections. */
export const sectionModel: Model = {
  version: 'v2',
  instances: ident('supplier_task_instance_v2'),
  templateOf: sql`project_task_template_id`,
  templates: ident('project_task_template'),
  sectionOf: sql`section_id`,
  sections: ident('task_type_section'),
  sectionName: sql`name`,
  tasks: ident('task_v2'),
}
