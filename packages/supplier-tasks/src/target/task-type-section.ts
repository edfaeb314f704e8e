import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { TaskType } from '../legacy/task-type.ts'

/** A part of a task type. */
export const TaskTypeSection = defineEntity({
  name: 'TaskTypeSection',
  tableName: 'task_type_section',
  // Deferred, so that names and places can be exchanged within a transaction.
  uniques: [
    { properties: ['taskType', 'name'], name: 'task_type_section_name_unique', deferMode: 'deferred' },
  ],
  properties: {
    id: p.text().primary(),
    taskType: () => p.manyToOne(TaskType),
    name: p.text(),
    sequence: p.integer(),
    legacyData: p.json<Record<string, unknown>>().defaultRaw(`'{}'`),
  },
})

export type TaskTypeSection = InferEntity<typeof TaskTypeSection>
