import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { TaskType } from '../legacy/task-type.ts'
import { TaskTypeSection } from './task-type-section.ts'

/** A task of a task type, or a part of one. A task need not stand in a section. */
export const TaskV2 = defineEntity({
  name: 'TaskV2',
  tableName: 'task_v2',
  uniques: [
    { properties: ['taskType', 'name', 'parentTask'], name: 'task_v2_name_unique', deferMode: 'deferred' },
  ],
  properties: {
    id: p.text().primary(),
    taskType: () => p.manyToOne(TaskType),
    section: () =>
      p.manyToOne(TaskTypeSection).nullable().deleteRule('no action').index('task_v2_section_id_index'),
    parentTask: () =>
      p.manyToOne(TaskV2).nullable().deleteRule('no action').index('task_v2_parent_task_id_index'),
    name: p.text(),
    description: p.text().default(''),
    sequence: p.integer(),
    defaultOwner: p.text().nullable(),
    defaultNotes: p.text().nullable(),
  },
})

export type TaskV2 = InferEntity<typeof TaskV2>
