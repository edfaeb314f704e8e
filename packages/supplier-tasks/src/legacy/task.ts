import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { Milestone } from './milestone.ts'

/** A task of a milestone. */
export const Task = defineEntity({
  name: 'Task',
  tableName: 'task',
  properties: {
    id: p.text().primary(),
    milestone: () => p.manyToOne(Milestone).index('task_milestone_id_index'),
    name: p.text(),
    description: p.text().default(''),
    sequence: p.integer(),
  },
})

export type Task = InferEntity<typeof Task>
