import { defineMigration } from '@changeover/migration'
import { eventToWorkItem } from './mappings/event.ts'
import { projectWorkflowToWorkItem } from './mappings/project-workflow.ts'
import { staffTaskToWorkItem } from './mappings/staff-task.ts'

/** Staff tasks, project workflows and events become work items of one hierarchy. */
export const workItems = defineMigration({
  name: 'work-items',
  targetModel: 'WorkItem',
  mappings: [staffTaskToWorkItem, projectWorkflowToWorkItem, eventToWorkItem],
  flags: {
    useTarget: 'USE_WORKITEM_MODEL',
    autoFix: 'WORKITEM_MIGRATION_AUTO_FIX',
    strictMode: 'WORKITEM_MIGRATION_STRICT_MODE',
  },
})
