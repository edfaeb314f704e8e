import { copy, defineMapping, reference, sameKey } from '@changeover/mapping'
import { tableOf } from '@changeover/mapping/mikro-orm'
import { taskTyped } from '../legacy/task-typed.ts'
import { TaskV2 } from '../target/task-v2.ts'
import { milestoneToSection } from './milestone.ts'

/** A task stands in the section of its milestone. */
export const taskToTask = defineMapping({
  name: 'Task',
  legacy: taskTyped,
  target: tableOf(TaskV2),
  identity: sameKey('id'),
  rules: [
    copy('name', 'description', 'sequence'),
    copy('taskTypeId').as('taskType'),
    reference('milestoneId', milestoneToSection).as('section'),
  ],
})
