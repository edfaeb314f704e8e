import { Migrator } from '@mikro-orm/migrations'
import { defineConfig } from '@mikro-orm/postgresql'
import { Milestone } from './legacy/milestone.ts'
import { Project } from './legacy/project.ts'
import { ProjectMilestoneTask } from './legacy/project-milestone-task.ts'
import { Supplier } from './legacy/supplier.ts'
import { SupplierProjectInstance } from './legacy/supplier-project-instance.ts'
import { SupplierTaskInstance } from './legacy/supplier-task-instance.ts'
import { Task } from './legacy/task.ts'
import { TaskInstance } from './legacy/task-instance.ts'
import { TaskTemplate } from './legacy/task-template.ts'
import { TaskType } from './legacy/task-type.ts'
import { migrations } from './migrations/index.ts'
import { ProjectTaskTemplate } from './target/project-task-template.ts'
import { ProjectTaskType } from './target/project-task-type.ts'
import { SupplierTaskInstanceV2 } from './target/supplier-task-instance-v2.ts'
import { TaskTypeSection } from './target/task-type-section.ts'
import { TaskV2 } from './target/task-v2.ts'

export const entities = [
  Supplier,
  Project,
  TaskType,
  Milestone,
  Task,
  ProjectMilestoneTask,
  SupplierProjectInstance,
  SupplierTaskInstance,
  TaskTemplate,
  TaskInstance,
  TaskTypeSection,
  TaskV2,
  ProjectTaskType,
  ProjectTaskTemplate,
  SupplierTaskInstanceV2,
]

/** What MikroORM needs to know of this system; add the address: `new MikroORM({ ...ormOptions, clientUrl })`. */
export const ormOptions = defineConfig({
  entities,
  extensions: [Migrator],
  migrations: { migrationsList: migrations, snapshot: false, silent: true },
  schemaGenerator: {
    ignoreTriggers: true,
    ignoreRoutines: true,
    ignoreSchema: ['changeover', 'changeover_legacy'],
    skipViews: ['milestone_named', 'task_typed'],
  },
})
