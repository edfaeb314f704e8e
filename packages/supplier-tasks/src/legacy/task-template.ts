import { defineEntity, type InferEntity, p } from '@mikro-orm/core'

/** Older than milestones, and only read. */
export const TaskTemplate = defineEntity({
  name: 'TaskTemplate',
  tableName: 'task_template',
  properties: {
    id: p.text().primary(),
    name: p.text(),
    description: p.text().default(''),
  },
})

export type TaskTemplate = InferEntity<typeof TaskTemplate>
