import { table } from '@changeover/mapping'
import { tableOf } from '@changeover/mapping/mikro-orm'
import { Milestone } from './milestone.ts'
import { Task } from './task.ts'

const task = tableOf(Task)

/** Tasks with the task type of their milestone: a view. */
export const taskTyped = table(
  'task_typed',
  {
    id: 'text not null',
    milestoneId: 'text not null',
    taskTypeId: 'text not null',
    name: 'text not null',
    description: "text not null default ''",
    sequence: 'integer not null',
  },
  {
    key: ['id'],
    madeOf: [
      { table: task, key: ['id'] },
      { table: tableOf(Milestone), key: ['id'], through: { table: task, field: 'milestone', own: 'id' } },
    ],
  },
)
