import { table } from '@changeover/mapping'
import { tableOf } from '@changeover/mapping/mikro-orm'
import { Milestone } from './milestone.ts'
import { TaskType } from './task-type.ts'

const milestone = tableOf(Milestone)

/**
 * Milestones as sections are named: a view. The name depends on the name of the task type and on the other milestones of that
 * type, so a change of either is a change of this view's rows. `keptName` is the milestone's own name where that is another one.
 */
export const milestoneNamed = table(
  'milestone_named',
  {
    id: 'text not null',
    taskTypeId: 'text not null',
    code: "text not null default ''",
    sectionName: 'text not null',
    keptName: 'text',
    sequence: 'integer not null',
  },
  {
    key: ['id'],
    madeOf: [
      { table: milestone, key: ['id'] },
      { table: milestone, key: ['id'], through: { table: milestone, field: 'taskType', own: 'taskType' } },
      {
        table: tableOf(TaskType),
        key: ['id'],
        through: { table: milestone, field: 'taskType', own: 'id' },
        shared: true,
      },
    ],
  },
)
