import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { TaskType } from './task-type.ts'

/** A stage of a task type, with the code that people know it by. */
export const Milestone = defineEntity({
  name: 'Milestone',
  tableName: 'milestone',
  properties: {
    id: p.text().primary(),
    taskType: () => p.manyToOne(TaskType).index('milestone_task_type_id_index'),
    code: p.text().default(''),
    name: p.text(),
    sequence: p.integer(),
  },
})

export type Milestone = InferEntity<typeof Milestone>
