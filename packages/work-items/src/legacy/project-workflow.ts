import { defineEntity, type InferEntity, p } from '@mikro-orm/core'

import { TimestampText } from '@changeover/database/mikro-orm'
import { AppUser } from './app-user.ts'

export const workflowStages = [
  'need_identification',
  'need_validation',
  'policy_linkage',
  'mao_coordination',
  'budget_planning',
  'approval',
  'implementation',
  'monitoring',
  'completion',
] as const

export const workflowPriorities = ['low', 'medium', 'high', 'urgent', 'critical'] as const

/** A project on its way through nine stages, from an identified need to completion. */
export const ProjectWorkflow = defineEntity({
  name: 'ProjectWorkflow',
  tableName: 'project_workflow',
  indexes: [{ properties: ['currentStage', 'targetCompletionDate'], name: 'project_workflow_stage_index' }],
  properties: {
    id: p.uuid().primary().defaultRaw('gen_random_uuid()'),
    title: p.string().length(255),
    primaryNeedId: p.uuid().unique('project_workflow_primary_need_id_unique'),
    ppaId: p.uuid().nullable().unique('project_workflow_ppa_id_unique'),
    currentStage: p.enum(workflowStages).default('need_identification'),
    stageHistory: p.json<unknown>().defaultRaw(`'[]'`),
    priorityLevel: p.enum(workflowPriorities).default('medium'),
    projectLead: () => p.manyToOne(AppUser).nullable().deleteRule('set null').index(),
    maoFocalPersonId: p.uuid().nullable(),
    initiatedDate: p.date(),
    targetCompletionDate: p.date().nullable(),
    actualCompletionDate: p.date().nullable(),
    overallProgress: p.integer().default(0).check('overall_progress >= 0 and overall_progress <= 100'),
    isOnTrack: p.boolean().default(true),
    isBlocked: p.boolean().default(false),
    blockerDescription: p.text().default(''),
    estimatedBudget: p.decimal('string').precision(12).scale(2).nullable(),
    budgetApproved: p.boolean().default(false),
    budgetApprovalDate: p.date().nullable(),
    notes: p.text().default(''),
    lessonsLearned: p.text().default(''),
    createdBy: () => p.manyToOne(AppUser).nullable().deleteRule('set null').index(),
    createdAt: p.type(TimestampText).defaultRaw('now()'),
    updatedAt: p.type(TimestampText).defaultRaw('now()'),
  },
})

export type ProjectWorkflow = InferEntity<typeof ProjectWorkflow>
