import {
  ormOptions,
  ProjectMilestoneTask,
  ProjectTaskTemplate,
  SupplierTaskInstance,
  SupplierTaskInstanceV2,
  supplierTasks,
  TaskTypeSection,
  TaskV2,
} from '@changeover/supplier-tasks'
import { legacyResource } from '../../legacy/legacy-resource.ts'
import { versionedResource } from '../../resource/versioned-resource.ts'
import { readerBy, type ServedSystem } from '../served-system.ts'
import { supplierTaskRoutes } from './supplier-task-routes.ts'
import { flaggedPlace, milestonePlace, sectionPlace } from './version-place.ts'

const now = () => new Date()
/** Suppliers' tasks in V1 (milestones), in V2 (sections), and in whichever USE_V2_API says for a group of endpoints. */
export const servedSupplierTasks: ServedSystem = {
  migration: supplierTasks,
  ormOptions,
  statuses: {
    'SUPPLIER_TASKS.INSTANCE_NOT_FOUND': 404,
    'SUPPLIER_TASKS.TEMPLATE_NOT_FOUND': 404,
    'SUPPLIER_TASKS.ASSIGNMENT_UNKNOWN': 422,
    'SUPPLIER_TASKS.TRANSITION_REFUSED': 409,
  },
  serveLegacy(app, scope) {
    const { ways, metaOf } = scope
    const readerOf = readerBy(scope)
    supplierTaskRoutes(
      app,
      { prefix: '/api/v1', tag: 'supplier tasks V1', now, readerOf },
      milestonePlace(ways),
    )
    for (const [path, name, entity] of [
      ['/api/v1/project-milestone-tasks', 'project milestone task', ProjectMilestoneTask],
      ['/api/v1/supplier-task-instances', 'supplier task instance', SupplierTaskInstance],
    ] as const)
      legacyResource(app, { path, name, meta: metaOf(entity) }, ways.legacy)
  },
  serve(app, scope) {
    const { ways, settings, metaOf } = scope
    const readerOf = readerBy(scope)
    const flagged = flaggedPlace(ways, settings.v2Endpoints)
    supplierTaskRoutes(app, { prefix: '/api', tag: 'supplier tasks', now, readerOf }, flagged)
    const tag = 'supplier tasks V2'
    supplierTaskRoutes(app, { prefix: '/api/v2', tag, now, readerOf }, sectionPlace(ways))
    for (const [path, name, entity] of [
      ['/api/v2/sections', 'section', TaskTypeSection],
      ['/api/v2/tasks', 'task', TaskV2],
      ['/api/v2/project-task-templates', 'project task template', ProjectTaskTemplate],
      ['/api/v2/supplier-task-instances', 'supplier task instance', SupplierTaskInstanceV2],
    ] as const)
      versionedResource(app, { path, name, tag, meta: metaOf(entity) }, ways.target)
  },
}
