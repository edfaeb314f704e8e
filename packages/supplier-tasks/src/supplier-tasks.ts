import { defineMigration } from '@changeover/migration'
import { milestoneToSection } from './mappings/milestone.ts'
import { projectMilestoneTaskToTemplate } from './mappings/project-milestone-task.ts'
import { supplierTaskInstanceToV2 } from './mappings/supplier-task-instance.ts'
import { taskToTask } from './mappings/task.ts'

/** Milestones become sections, and what suppliers have to do follows by its foreign keys. */
export const supplierTasks = defineMigration({
  name: 'supplier-tasks',
  targetModel: 'Section',
  mappings: [milestoneToSection, taskToTask, projectMilestoneTaskToTemplate, supplierTaskInstanceToV2],
})
