import { defineEntity, type InferEntity, p } from '@mikro-orm/core'

import { AppUser } from '../legacy/app-user.ts'
import { Organization } from '../legacy/organization.ts'
import { RecurringPattern } from '../legacy/recurring-pattern.ts'
import { StaffTeam } from '../legacy/staff-team.ts'
import { TimestampText } from '@changeover/database/mikro-orm'
import { workTypes } from './allowed-children.ts'

const workItemStatuses = [
  'not_started',
  'in_progress',
  'at_risk',
  'blocked',
  'completed',
  'cancelled',
] as const

const workItemPriorities = ['low', 'medium', 'high', 'urgent', 'critical'] as const

type JsonObject = Record<string, unknown>

/** One piece of work: a project, an activity, a task, or a part of one, in one hierarchy. */
export const WorkItem = defineEntity({
  name: 'WorkItem',
  tableName: 'work_item',
  indexes: [
    {
      properties: ['parent', 'createdAt', 'id'],
      name: 'work_item_parent_id_index',
      where: 'parent_id is not null',
    },
    { properties: ['workType', 'status'], name: 'work_item_work_type_status_index' },
    { properties: ['dueDate'], name: 'work_item_due_date_index' },
    { properties: ['startDate'], name: 'work_item_start_date_index' },
    { properties: ['createdBy'], name: 'work_item_created_by_id_index' },
    {
      properties: ['recurrencePattern'],
      name: 'work_item_recurrence_pattern_id_index',
      where: 'recurrence_pattern_id is not null',
    },
    {
      properties: ['relatedObjectId', 'relatedObjectType'],
      name: 'work_item_related_object_index',
      where: 'related_object_id is not null',
    },
  ],
  properties: {
    id: p.uuid().primary().defaultRaw('gen_random_uuid()'),
    workType: p.enum(workTypes),
    title: p.string().length(500),
    description: p.text().default(''),
    parent: () => p.manyToOne(WorkItem).nullable().deleteRule('set null'),
    status: p.enum(workItemStatuses).default('not_started'),
    priority: p.enum(workItemPriorities).default('medium'),
    startDate: p.date().nullable(),
    dueDate: p.date().nullable(),
    startTime: p.time().columnType('time(6)').nullable(),
    endTime: p.time().columnType('time(6)').nullable(),
    completedAt: p.type(TimestampText).nullable(),
    isCalendarVisible: p.boolean().default(true),
    calendarColor: p.character().length(7).default('#3B82F6').check(`calendar_color ~ '^#[0-9A-Fa-f]{6}$'`),
    progress: p.smallint().default(0).check('progress >= 0 and progress <= 100'),
    autoCalculateProgress: p.boolean().default(true),
    createdBy: () => p.manyToOne(AppUser).nullable().deleteRule('set null'),
    isRecurring: p.boolean().default(false),
    recurrencePattern: () => p.manyToOne(RecurringPattern).nullable().deleteRule('set null'),
    projectData: p.json<JsonObject>().defaultRaw(`'{}'`),
    activityData: p.json<JsonObject>().defaultRaw(`'{}'`),
    taskData: p.json<JsonObject>().defaultRaw(`'{}'`),
    relatedObjectType: p.text().nullable(),
    relatedObjectId: p.text().nullable(),
    allocatedBudget: p.decimal('string').precision(14).scale(2).nullable(),
    actualExpenditure: p.decimal('string').precision(14).scale(2).nullable(),
    createdAt: p.type(TimestampText).defaultRaw('now()'),
    updatedAt: p.type(TimestampText).defaultRaw('now()'),
    assignees: () =>
      p
        .manyToMany(AppUser)
        .pivotTable('work_item_assignees')
        .joinColumn('work_item_id')
        .inverseJoinColumn('app_user_id')
        .index(),
    teams: () =>
      p
        .manyToMany(StaffTeam)
        .pivotTable('work_item_teams')
        .joinColumn('work_item_id')
        .inverseJoinColumn('staff_team_id')
        .index(),
    organizations: () =>
      p
        .manyToMany(Organization)
        .pivotTable('work_item_organizations')
        .joinColumn('work_item_id')
        .inverseJoinColumn('organization_id')
        .index(),
    coOrganizers: () =>
      p
        .manyToMany(AppUser)
        .pivotTable('work_item_co_organizers')
        .joinColumn('work_item_id')
        .inverseJoinColumn('app_user_id')
        .index(),
    facilitators: () =>
      p
        .manyToMany(AppUser)
        .pivotTable('work_item_facilitators')
        .joinColumn('work_item_id')
        .inverseJoinColumn('app_user_id')
        .index(),
  },
})

export type WorkItem = InferEntity<typeof WorkItem>
