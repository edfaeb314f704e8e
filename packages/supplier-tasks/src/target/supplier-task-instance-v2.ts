import { TimestampText } from '@changeover/database/mikro-orm'
import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { instanceStatuses } from '../legacy/instance-status.ts'
import { SupplierProjectInstance } from '../legacy/supplier-project-instance.ts'
import { ProjectTaskTemplate } from './project-task-template.ts'

/** What one supplier has to do for one task of a project: the same, but for the key of its template. */
export const SupplierTaskInstanceV2 = defineEntity({
  name: 'SupplierTaskInstanceV2',
  tableName: 'supplier_task_instance_v2',
  uniques: [
    {
      properties: ['supplierProjectInstance', 'projectTaskTemplate'],
      name: 'supplier_task_instance_v2_unique',
    },
  ],
  properties: {
    id: p.text().primary(),
    supplierProjectInstance: () => p.manyToOne(SupplierProjectInstance),
    projectTaskTemplate: () =>
      p.manyToOne(ProjectTaskTemplate).index('supplier_task_instance_v2_template_index'),
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

export type SupplierTaskInstanceV2 = InferEntity<typeof SupplierTaskInstanceV2>
