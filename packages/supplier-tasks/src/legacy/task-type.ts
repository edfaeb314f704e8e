import { defineEntity, type InferEntity, p } from '@mikro-orm/core'

/** A kind of approval, with tasks of its own. Both models share it. */
export const TaskType = defineEntity({
  name: 'TaskType',
  tableName: 'task_type',
  properties: {
    id: p.text().primary(),
    name: p.text().unique('task_type_name_unique'),
  },
})

export type TaskType = InferEntity<typeof TaskType>
