import { copy, defineMapping, intoJson, sameKey } from '@changeover/mapping'
import { tableOf } from '@changeover/mapping/mikro-orm'
import { milestoneNamed } from '../legacy/milestone-named.ts'
import { TaskTypeSection } from '../target/task-type-section.ts'

/** A milestone becomes a section of its task type, also one without tasks. */
export const milestoneToSection = defineMapping({
  name: 'Milestone',
  legacy: milestoneNamed,
  target: tableOf(TaskTypeSection),
  identity: sameKey('id'),
  rules: [
    copy('taskTypeId').as('taskType'),
    copy('sectionName').as('name'),
    copy('sequence'),
    intoJson('legacyData', 'code', 'keptName'),
  ],
})
