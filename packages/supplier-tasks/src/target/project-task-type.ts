import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { Project } from '../legacy/project.ts'
import { TaskType } from '../legacy/task-type.ts'

/** A task type that a project uses. The templates of the project see to it. */
export const ProjectTaskType = defineEntity({
  name: 'ProjectTaskType',
  tableName: 'project_task_type',
  properties: {
    project: () => p.manyToOne(Project).primary().updateRule('no action').deleteRule('no action'),
    taskType: () =>
      p
        .manyToOne(TaskType)
        .primary()
        .updateRule('no action')
        .deleteRule('no action')
        .index('project_task_type_task_type_id_index'),
    isActive: p.boolean().default(true),
  },
})

export type ProjectTaskType = InferEntity<typeof ProjectTaskType>
