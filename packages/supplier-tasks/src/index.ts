/** The supplier tasks: milestones and what hangs on them, and the sections they become. */
export { Milestone } from './legacy/milestone.ts'
export { milestoneNamed } from './legacy/milestone-named.ts'
export { Project } from './legacy/project.ts'
export { ProjectMilestoneTask } from './legacy/project-milestone-task.ts'
export { Supplier } from './legacy/supplier.ts'
export { SupplierProjectInstance } from './legacy/supplier-project-instance.ts'
export { SupplierTaskInstance } from './legacy/supplier-task-instance.ts'
export { Task } from './legacy/task.ts'
export { TaskInstance } from './legacy/task-instance.ts'
export { TaskTemplate } from './legacy/task-template.ts'
export { TaskType } from './legacy/task-type.ts'
export { taskTyped } from './legacy/task-typed.ts'

export { ProjectTaskTemplate } from './target/project-task-template.ts'
export { ProjectTaskType } from './target/project-task-type.ts'
export { SupplierTaskInstanceV2 } from './target/supplier-task-instance-v2.ts'
export { TaskTypeSection } from './target/task-type-section.ts'
export { TaskV2 } from './target/task-v2.ts'

export { supplierTasks } from './supplier-tasks.ts'
export { milestoneToSection } from './mappings/milestone.ts'
export { projectMilestoneTaskToTemplate } from './mappings/project-milestone-task.ts'
export { supplierTaskInstanceToV2 } from './mappings/supplier-task-instance.ts'
export { taskToTask } from './mappings/task.ts'

export { entities, ormOptions } from './orm-options.ts'
export { migrate } from './migrate.ts'
export { migrations } from './migrations/index.ts'

export { supplierTaskSystem } from './supplier-task-system.ts'
export { seedSupplierTasks } from './seed/seed-supplier-tasks.ts'

// What the application does, in either model
export { type InstanceStatus, instanceStatuses } from './legacy/instance-status.ts'
export { milestoneModel, type Model, sectionModel } from './behaviour/model.ts'
export { assign } from './behaviour/assign.ts'
export { changeStatus, transitions } from './behaviour/change-status.ts'
export { type Counts, dashboard, type Dashboard } from './behaviour/dashboard.ts'
export { moveDueDate, overrideDueDate } from './behaviour/move-due-date.ts'
export { projectWork, type ProjectWork } from './behaviour/project-work.ts'
export { supplierWork, type SupplierWork } from './behaviour/supplier-work.ts'
export {
  endpointFlags,
  type EndpointFlags,
  type EndpointGroup,
  endpointGroups,
  type Permitted,
  versionFor,
} from './behaviour/endpoint-router.ts'

export { errors } from './errors.ts'
