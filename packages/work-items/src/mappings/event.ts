import {
  computed,
  copy,
  defineMapping,
  firstReference,
  intoJson,
  links,
  localDateTime,
  mapValues,
  storedIn,
  value,
  whenNull,
} from '@changeover/mapping'
import { linksOf, tableOf } from '@changeover/mapping/mikro-orm'
import { Event } from '../legacy/event.ts'
import { WorkItem } from '../target/work-item.ts'
import { priorities } from './priorities.ts'
import { projectWorkflowToWorkItem } from './project-workflow.ts'

/** Where events take place: their dates and times are local to it. */
const zone = 'Asia/Manila'

/** An event becomes an activity, or a sub-activity where it belongs to another event. */
export const eventToWorkItem = defineMapping({
  name: 'Event',
  legacy: tableOf(Event),
  target: tableOf(WorkItem, { where: { workType: ['activity', 'sub_activity'] } }),
  identity: storedIn('activityData.legacy_id'),
  rules: [
    computed('workType', whenNull('parentEvent', value('activity'), value('sub_activity'))),
    copy('title', 'description', 'isRecurring', 'recurrencePattern', 'createdAt', 'updatedAt'),
    mapValues(
      'status',
      {
        draft: 'not_started',
        planned: 'not_started',
        scheduled: 'not_started',
        confirmed: 'not_started',
        in_progress: 'in_progress',
        completed: 'completed',
        cancelled: 'cancelled',
        postponed: 'at_risk',
        rescheduled: 'at_risk',
      },
      { residue: 'activityData.legacy_status', backward: { not_started: 'planned', blocked: 'postponed' } },
    ),
    priorities,
    localDateTime('startDatetime', {
      date: 'startDate',
      time: 'startTime',
      zone,
      residue: 'activityData.start_datetime',
    }),
    localDateTime('endDatetime', {
      date: 'dueDate',
      time: 'endTime',
      zone,
      residue: 'activityData.end_datetime',
    }),
    copy('organizer').as('createdBy'),
    copy('createdBy').as('activityData.created_by'),
    copy('budgetAllocated').as('allocatedBudget'),
    copy('actualCost').as('actualExpenditure'),
    firstReference({
      candidates: [
        { field: 'parentEvent', to: 'self' },
        { field: 'relatedProject', to: projectWorkflowToWorkItem },
      ],
      slot: 'parent',
      residue: { parentEvent: 'activityData.parent_event', relatedProject: 'activityData.related_project' },
    }),
    intoJson(
      'activityData',
      'eventType',
      'objectives',
      'communityId',
      'durationHours',
      'venue',
      'address',
      'coordinates',
      'isVirtual',
      'virtualPlatform',
      'virtualLink',
      'virtualMeetingId',
      'virtualPasscode',
      'expectedParticipants',
      'actualParticipants',
      'targetAudience',
      'agenda',
      'materialsNeeded',
      'minutes',
      'outcomes',
      'decisionsMade',
      'keyDiscussions',
      'feedbackSummary',
      'satisfactionRating',
      'lessonsLearned',
      'followUpRequired',
      'followUpDate',
      'followUpNotes',
      'isQuarterlyCoordination',
      'quarter',
      'fiscalYear',
      'isProjectActivity',
      'projectActivityType',
    ),
  ],
  links: [
    links('organizations', linksOf(Event, 'organizations'), linksOf(WorkItem, 'organizations')),
    links('coOrganizers', linksOf(Event, 'coOrganizers'), linksOf(WorkItem, 'coOrganizers')),
    links('facilitators', linksOf(Event, 'facilitators'), linksOf(WorkItem, 'facilitators')),
  ],
})
