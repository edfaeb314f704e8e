import { copy, defineMapping, mapValues, reference, sameKey } from '@changeover/mapping'
import { tableOf } from '@changeover/mapping/mikro-orm'
import { SupplierTaskInstance } from '../legacy/supplier-task-instance.ts'
import { SupplierTaskInstanceV2 } from '../target/supplier-task-instance-v2.ts'
import { projectMilestoneTaskToTemplate } from './project-milestone-task.ts'

/** What a supplier has to do points to the template instead, and changes in nothing else. */
export const supplierTaskInstanceToV2 = defineMapping({
  name: 'SupplierTaskInstance',
  legacy: tableOf(SupplierTaskInstance, { ordered: [['createdAt', 'updatedAt']] }),
  target: tableOf(SupplierTaskInstanceV2),
  identity: sameKey('id'),
  rules: [
    copy(
      'supplierProjectInstance',
      'dueDate',
      'actualDueDate',
      'owner',
      'notes',
      'isApplied',
      'blockedReason',
    ),
    copy('submissionFiles', 'createdAt', 'updatedAt'),
    mapValues('status', {
      not_started: 'not_started',
      in_progress: 'in_progress',
      submitted: 'submitted',
      approved: 'approved',
      blocked: 'blocked',
    }),
    reference('projectMilestoneTask', projectMilestoneTaskToTemplate).as('projectTaskTemplate'),
  ],
})
