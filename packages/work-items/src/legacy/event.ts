import { defineEntity, type InferEntity, p } from '@mikro-orm/core'

import { TimestampText } from '@changeover/database/mikro-orm'
import { AppUser } from './app-user.ts'
import { Organization } from './organization.ts'
import { ProjectWorkflow } from './project-workflow.ts'
import { RecurringPattern } from './recurring-pattern.ts'

export const eventTypes = [
  'meeting',
  'consultation',
  'courtesy_call',
  'workshop',
  'forum',
  'conference',
  'seminar',
  'field_visit',
  'assessment',
  'validation',
  'orientation',
  'briefing',
  'planning',
  'review',
  'other',
] as const

export const eventStatuses = [
  'draft',
  'planned',
  'scheduled',
  'confirmed',
  'in_progress',
  'completed',
  'cancelled',
  'postponed',
  'rescheduled',
] as const

export const eventPriorities = ['low', 'medium', 'high', 'critical'] as const

export const quarters = ['', 'Q1', 'Q2', 'Q3', 'Q4'] as const

export const projectActivityTypes = [
  '',
  'project_kickoff',
  'milestone_review',
  'stakeholder_consultation',
  'technical_review',
  'progress_review',
  'closeout',
] as const

/** A meeting, visit or conference, with what was planned for it and what came of it. */
export const Event = defineEntity({
  name: 'Event',
  tableName: 'event',
  indexes: [
    { properties: ['startDatetime'], name: 'event_start_datetime_index' },
    { properties: ['status', 'startDatetime'], name: 'event_status_index' },
    { properties: ['eventType'], name: 'event_event_type_index' },
  ],
  properties: {
    id: p.uuid().primary().defaultRaw('gen_random_uuid()'),
    title: p.string().length(255),
    eventType: p.enum(eventTypes),
    description: p.text(),
    objectives: p.text().default(''),
    communityId: p.uuid().nullable(),
    status: p.enum(eventStatuses).default('draft'),
    priority: p.enum(eventPriorities).default('medium'),
    startDatetime: p.type(TimestampText),
    endDatetime: p.type(TimestampText).nullable(),
    durationHours: p.decimal('string').precision(4).scale(2).nullable(),
    venue: p.string().length(255).default(''),
    address: p.text().default(''),
    coordinates: p.json<unknown>().nullable(),
    isVirtual: p.boolean().default(false),
    virtualPlatform: p.text().default(''),
    virtualLink: p.text().default(''),
    virtualMeetingId: p.text().default(''),
    virtualPasscode: p.text().default(''),
    organizer: () => p.manyToOne(AppUser).deleteRule('restrict').index(),
    expectedParticipants: p.integer().default(0).check('expected_participants >= 0'),
    actualParticipants: p.integer().default(0).check('actual_participants >= 0'),
    targetAudience: p.text().default(''),
    agenda: p.text().default(''),
    materialsNeeded: p.text().default(''),
    minutes: p.text().default(''),
    outcomes: p.text().default(''),
    decisionsMade: p.text().default(''),
    keyDiscussions: p.text().default(''),
    budgetAllocated: p.decimal('string').precision(12).scale(2).nullable(),
    actualCost: p.decimal('string').precision(12).scale(2).nullable(),
    feedbackSummary: p.text().default(''),
    satisfactionRating: p
      .smallint()
      .nullable()
      .check('satisfaction_rating >= 1 and satisfaction_rating <= 5'),
    lessonsLearned: p.text().default(''),
    followUpRequired: p.boolean().default(false),
    followUpDate: p.date().nullable(),
    followUpNotes: p.text().default(''),
    isRecurring: p.boolean().default(false),
    recurrencePattern: () => p.manyToOne(RecurringPattern).nullable().deleteRule('set null').index(),
    parentEvent: () => p.manyToOne(Event).nullable().deleteRule('set null').index(),
    isQuarterlyCoordination: p.boolean().default(false),
    quarter: p.enum(quarters).default(''),
    fiscalYear: p.integer().nullable(),
    relatedProject: () => p.manyToOne(ProjectWorkflow).nullable().deleteRule('set null').index(),
    isProjectActivity: p.boolean().default(false),
    projectActivityType: p.enum(projectActivityTypes).default(''),
    createdBy: () => p.manyToOne(AppUser).deleteRule('restrict').index(),
    createdAt: p.type(TimestampText).defaultRaw('now()'),
    updatedAt: p.type(TimestampText).defaultRaw('now()'),
    organizations: () =>
      p
        .manyToMany(Organization)
        .pivotTable('event_organizations')
        .joinColumn('event_id')
        .inverseJoinColumn('organization_id')
        .index(),
    coOrganizers: () =>
      p
        .manyToMany(AppUser)
        .pivotTable('event_co_organizers')
        .joinColumn('event_id')
        .inverseJoinColumn('app_user_id')
        .index(),
    facilitators: () =>
      p
        .manyToMany(AppUser)
        .pivotTable('event_facilitators')
        .joinColumn('event_id')
        .inverseJoinColumn('app_user_id')
        .index(),
  },
})

export type Event = InferEntity<typeof Event>
