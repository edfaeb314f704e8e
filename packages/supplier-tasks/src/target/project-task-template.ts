import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { Project } from '../legacy/project.ts'
import { TaskTypeSection } from './task-type-section.ts'
import { TaskV2 } from './task-v2.ts'

const anchors = ['PROJECT_START', 'MILESTONE_DATE', 'RELATIVE_TO_TASK'] as const

/** A task of a project, with its date: the template for every supplier of the project. */
export const ProjectTaskTemplate = defineEntity({
  name: 'ProjectTaskTemplate',
  tableName: 'project_task_template',
  uniques: [{ properties: ['project', 'task'], name: 'project_task_template_unique' }],
  properties: {
    id: p.text().primary(),
    project: () => p.manyToOne(Project),
    task: () => p.manyToOne(TaskV2).index('project_task_template_task_id_index'),
    section: () =>
      p
        .manyToOne(TaskTypeSection)
        .nullable()
        .deleteRule('no action')
        .index('project_task_template_section_id_index'),
    dueDate: p.date(),
    owner: p.text().nullable(),
    notes: p.text().default(''),
    anchor: p.enum(anchors).default('PROJECT_START'),
    offsetDays: p.integer().nullable(),
    legacyData: p.json<Record<string, unknown>>().defaultRaw(`'{}'`),
  },
})

export type ProjectTaskTemplate = InferEntity<typeof ProjectTaskTemplate>
