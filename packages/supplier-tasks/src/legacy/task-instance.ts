import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { Supplier } from './supplier.ts'
import { TaskTemplate } from './task-template.ts'

/** Older than milestones, and only read. */
export const TaskInstance = defineEntity({
  name: 'TaskInstance',
  tableName: 'task_instance',
  properties: {
    id: p.text().primary(),
    taskTemplate: () => p.manyToOne(TaskTemplate).index('task_instance_task_template_id_index'),
    supplier: () => p.manyToOne(Supplier).index('task_instance_supplier_id_index'),
    status: p.text(),
    dueDate: p.date().nullable(),
  },
})

export type TaskInstance = InferEntity<typeof TaskInstance>
