import { Event, ormOptions, ProjectWorkflow, StaffTask, WorkItem, workItems } from '@changeover/work-items'
import { legacyResource } from '../../legacy/legacy-resource.ts'
import { versionedResource } from '../../resource/versioned-resource.ts'
import { readerBy, type ServedSystem } from '../served-system.ts'
import { calendarRoutes } from './calendar/calendar-routes.ts'
import { hierarchyRoutes } from './hierarchy-routes.ts'

/** Moved by an operation of its own, which the rules of the hierarchy judge. */
const workItem = {
  path: '/api/work-items',
  name: 'work item',
  tag: 'work-items',
  rules: { fixed: ['parent'] },
}

/** Staff tasks, project workflows and events; work items, their hierarchy, and the calendar of both. */
export const servedWorkItems: ServedSystem = {
  migration: workItems,
  ormOptions,
  statuses: {
    'WORK_ITEMS.ITEM_NOT_FOUND': 404,
    'WORK_ITEMS.PARENT_NOT_FOUND': 422,
    'WORK_ITEMS.CHILD_NOT_ALLOWED': 422,
    'WORK_ITEMS.CYCLE_REFUSED': 422,
    'WORK_ITEMS.HIERARCHY_BROKEN': 500,
  },
  serveLegacy(app, { ways, metaOf }) {
    for (const [path, name, entity] of [
      ['/api/staff-tasks', 'staff task', StaffTask],
      ['/api/project-workflows', 'project workflow', ProjectWorkflow],
      ['/api/events', 'event', Event],
    ] as const)
      legacyResource(app, { path, name, meta: metaOf(entity) }, ways.legacy)
  },
  serve(app, scope) {
    const { ways, settings, metaOf } = scope
    versionedResource(app, { ...workItem, meta: metaOf(WorkItem) }, ways.target)
    hierarchyRoutes(app, ways.target)
    calendarRoutes(app, ways, {
      isUnified: settings.usesUnifiedCalendar,
      readerOf: readerBy(scope),
      now: () => new Date(),
    })
  },
}
