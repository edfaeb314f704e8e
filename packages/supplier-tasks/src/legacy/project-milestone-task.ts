import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { Milestone } from './milestone.ts'
import { Project } from './project.ts'
import { Task } from './task.ts'

/** A task of a project, with its date: the template for every supplier of the project. */
export const ProjectMilestoneTask = defineEntity({
  name: 'ProjectMilestoneTask',
  tableName: 'project_milestone_task',
  uniques: [{ properties: ['project', 'task'], name: 'project_milestone_task_unique' }],
  properties: {
    id: p.text().primary(),
    project: () => p.manyToOne(Project),
    milestone: () => p.manyToOne(Milestone).index('project_milestone_task_milestone_id_index'),
    task: () => p.manyToOne(Task).index('project_milestone_task_task_id_index'),
    dueDate: p.date(),
    notes: p.text().default(''),
    responsibleParties: p.json<unknown>().nullable(),
  },
})

export type ProjectMilestoneTask = InferEntity<typeof ProjectMilestoneTask>
