import { Event, ormOptions, ProjectWorkflow, StaffTask, WorkItem, workItems } from '@changeover/work-items'
import { legacyResource } from '../../legacy/legacy-resource.ts'
import type { ServedSystem } from '../served-system.ts'
import { calendarRoutes } from './calendar/calendar-routes.ts'
import { hierarchyRoutes } from './hierarchy-routes.ts'
import { workItemRoutes } from './work-item-routes.ts'

/** Staff tasks, project workflows and events; work items, their hierarchy, and the calendar of both. */
export const servedWorkItems: ServedSystem = {
  migration: workItems,
  ormOptions,
  serveLegacy(app, { ways, metaOf }) {
    for (const [path, name, entity] of [
      ['/api/staff-tasks', 'staff task', StaffTask],
      ['/api/project-workflows', 'project workflow', ProjectWorkflow],
      ['/api/events', 'event', Event],
    ] as const)
      legacyResource(app, { path, name, meta: metaOf(entity) }, ways.legacy)
  },
  serve(app, { ways, settings, metaOf }) {
    workItemRoutes(app, metaOf(WorkItem), ways.target)
    hierarchyRoutes(app, ways.target)
    calendarRoutes(app, ways, { isUnified: settings.usesUnifiedCalendar, now: () => new Date() })
  },
}
