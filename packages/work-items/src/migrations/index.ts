import { People } from './0001-people.ts'
import { ProjectWorkflowTable } from './0002-project-workflow.ts'
import { EventTable } from './0003-event.ts'
import { StaffTaskTable } from './0004-staff-task.ts'
import { WorkItemTable } from './0005-work-item.ts'
import { WorkItemHierarchy } from './0006-work-item-hierarchy.ts'

/** Every migration, in the order in which it runs. A name that has run somewhere never changes. */
export const migrations = [
  { name: 'work-items-0001-people', class: People },
  { name: 'work-items-0002-project-workflow', class: ProjectWorkflowTable },
  { name: 'work-items-0003-event', class: EventTable },
  { name: 'work-items-0004-staff-task', class: StaffTaskTable },
  { name: 'work-items-0005-work-item', class: WorkItemTable },
  { name: 'work-items-0006-work-item-hierarchy', class: WorkItemHierarchy },
]
