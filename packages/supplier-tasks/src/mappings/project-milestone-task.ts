import { copy, defineMapping, intoJson, reference, sameKey } from '@changeover/mapping'
import { tableOf } from '@changeover/mapping/mikro-orm'
import { ProjectMilestoneTask } from '../legacy/project-milestone-task.ts'
import { ProjectTaskTemplate } from '../target/project-task-template.ts'
import { milestoneToSection } from './milestone.ts'
import { taskToTask } from './task.ts'

/** A task of a project keeps its date and notes to the letter. */
export const projectMilestoneTaskToTemplate = defineMapping({
  name: 'ProjectMilestoneTask',
  legacy: tableOf(ProjectMilestoneTask),
  target: tableOf(ProjectTaskTemplate),
  identity: sameKey('id'),
  rules: [
    copy('project', 'dueDate', 'notes'),
    reference('task', taskToTask),
    reference('milestone', milestoneToSection).as('section'),
    intoJson('legacyData', 'responsibleParties'),
  ],
})
