import { defineEntity, type InferEntity, p } from '@mikro-orm/core'

/** An organization that takes part in events. */
export const Organization = defineEntity({
  name: 'Organization',
  tableName: 'organization',
  properties: {
    id: p.bigint('string').primary().generated('by default as identity'),
    name: p.string().length(255).unique('organization_name_unique'),
    acronym: p.string().length(20).default(''),
  },
})

export type Organization = InferEntity<typeof Organization>
