import { TimestampText } from '@changeover/database/mikro-orm'
import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { instanceStatuses } from './instance-status.ts'
import { ProjectMilestoneTask } from './project-milestone-task.ts'
import { SupplierProjectInstance } from './supplier-project-instance.ts'

/** What one supplier has to do for one task of a project. */
export const SupplierTaskInstance = defineEntity({
  name: 'SupplierTaskInstance',
  tableName: 'supplier_task_instance',
  uniques: [
    {
      properties: ['supplierProjectInstance', 'projectMilestoneTask'],
      name: 'supplier_task_instance_unique',
    },
  ],
  properties: {
    id: p.text().primary(),
    supplierProjectInstance: () => p.manyToOne(SupplierProjectInstance),
    projectMilestoneTask: () =>
      p.manyToOne(ProjectMilestoneTask).index('supplier_task_instance_template_index'),
    status: p.enum(instanceStatuses).default('not_started'),
    dueDate: p.date(),
    actualDueDate: p.date().nullable(),
    owner: p.text().default(''),
    notes: p.text().default(''),
    isApplied: p.boolean().default(true),
    blockedReason: p.text().nullable(),
    submissionFiles: p.json<unknown>().nullable(),
    createdAt: p.type(TimestampText).defaultRaw('now()'),
    updatedAt: p.type(TimestampText).defaultRaw('now()'),
  },
})

export type SupplierTaskInstance = InferEntity<typeof SupplierTaskInstance>
