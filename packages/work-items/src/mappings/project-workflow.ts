import { cast, constant, copy, decide, defineMapping, intoJson, storedIn } from '@changeover/mapping'
import { tableOf } from '@changeover/mapping/mikro-orm'
import { ProjectWorkflow } from '../legacy/project-workflow.ts'
import { WorkItem } from '../target/work-item.ts'

/** A project becomes a work item of type `project`; its stage and flags decide the status and are kept beside it. */
export const projectWorkflowToWorkItem = defineMapping({
  name: 'ProjectWorkflow',
  legacy: tableOf(ProjectWorkflow),
  target: tableOf(WorkItem, { where: { workType: 'project' } }),
  identity: storedIn('projectData.legacy_id'),
  rules: [
    constant('workType', 'project'),
    copy('title', 'createdBy', 'createdAt', 'updatedAt'),
    copy('notes').as('description'),
    copy('priorityLevel').as('priority'),
    copy('overallProgress').as('progress'),
    copy('initiatedDate').as('startDate'),
    copy('targetCompletionDate').as('dueDate'),
    copy('estimatedBudget').as('allocatedBudget'),
    decide({
      fields: ['isBlocked', 'isOnTrack', 'currentStage'],
      slot: 'status',
      cases: [
        { when: { isBlocked: true }, is: 'blocked' },
        { when: { isOnTrack: false }, is: 'at_risk' },
        { when: { currentStage: 'completion' }, is: 'completed' },
        { when: { currentStage: 'need_identification' }, is: 'not_started' },
      ],
      otherwise: 'in_progress',
      residue: {
        isBlocked: 'projectData.is_blocked',
        isOnTrack: 'projectData.is_on_track',
        currentStage: 'projectData.workflow_stage',
      },
      backward: {
        blocked: [{ isBlocked: true }, { isBlocked: true, isOnTrack: true, currentStage: 'implementation' }],
        at_risk: [
          { isBlocked: false, isOnTrack: false },
          { isBlocked: false, isOnTrack: false, currentStage: 'implementation' },
        ],
        completed: [{ isBlocked: false, isOnTrack: true, currentStage: 'completion' }],
        not_started: [{ isBlocked: false, isOnTrack: true, currentStage: 'need_identification' }],
        in_progress: [
          { isBlocked: false, isOnTrack: true },
          { isBlocked: false, isOnTrack: true, currentStage: 'implementation' },
        ],
        cancelled: [{ isBlocked: true, isOnTrack: false, currentStage: 'completion' }],
      },
    }),
    constant('relatedObjectType', 'community_need'),
    cast('primaryNeedId').as('relatedObjectId'),
    intoJson(
      'projectData',
      'ppaId',
      'stageHistory',
      'projectLead',
      'maoFocalPersonId',
      'actualCompletionDate',
      'blockerDescription',
      'budgetApproved',
      'budgetApprovalDate',
      'lessonsLearned',
    ),
  ],
})
