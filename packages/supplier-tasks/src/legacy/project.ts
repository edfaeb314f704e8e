import { defineEntity, type InferEntity, p } from '@mikro-orm/core'

/** What the tasks are for. Both models share it. */
export const Project = defineEntity({
  name: 'Project',
  tableName: 'project',
  properties: {
    id: p.text().primary(),
    name: p.text(),
    description: p.text().default(''),
  },
})

export type Project = InferEntity<typeof Project>
