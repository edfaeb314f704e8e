import { defineMigration } from '@changeover/migration'
import { eventToWorkItem } from './mappings/event.ts'
import { projectWorkflowToWorkItem } from './mappings/project-workflow.ts'
import { staffTaskToWorkItem } from './mappings/staff-task.ts'

/** Staff tasks, project workflows and events become work items of one hierarchy. */
export const workItems = defineMigration({
  name: 'work-items',
  targetModel: 'WorkItem',
  mappings: [staffTaskToWorkItem, projectWorkflowToWorkItem, eventToWorkItem],
})
