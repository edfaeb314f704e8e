/** The work-item system: staff tasks, project workflows and events, and the work items they become. */
export { AppUser } from './legacy/app-user.ts'
export { Event } from './legacy/event.ts'
export { Organization } from './legacy/organization.ts'
export { ProjectWorkflow } from './legacy/project-workflow.ts'
export { RecurringPattern } from './legacy/recurring-pattern.ts'
export { StaffTask } from './legacy/staff-task.ts'
export { StaffTeam } from './legacy/staff-team.ts'

export { WorkItem } from './target/work-item.ts'
export { allowedChildren, type WorkType, workTypes } from './target/allowed-children.ts'

export { workItems } from './work-items.ts'
export { eventToWorkItem } from './mappings/event.ts'
export { projectWorkflowToWorkItem } from './mappings/project-workflow.ts'
export { staffTaskToWorkItem } from './mappings/staff-task.ts'

export { entities, ormOptions } from './orm-options.ts'
export { migrate } from './migrate.ts'
export { migrations } from './migrations/index.ts'

export { workItemSystem } from './work-item-system.ts'
export { seedWorkItems } from './seed/seed-work-items.ts'
export { generateStaffTasks } from './seed/generate-staff-tasks.ts'

export { ancestors } from './hierarchy/ancestors.ts'
export { breadcrumb } from './hierarchy/breadcrumb.ts'
export { children } from './hierarchy/children.ts'
export { type HierarchyItem } from './hierarchy/hierarchy-item.ts'
export { move } from './hierarchy/move.ts'
export { type Page, type PageCursor, type PageOptions } from './hierarchy/page.ts'
export { subtree, type SubtreeOptions } from './hierarchy/subtree.ts'

export { type CalendarEntry, type CalendarWindow, workItemEntries } from './calendar/work-item-entries.ts'
export { timeZone } from './time-zone.ts'

export { errors } from './errors.ts'
