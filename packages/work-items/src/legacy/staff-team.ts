import { defineEntity, type InferEntity, p } from '@mikro-orm/core'

/** A team that tasks are given to. */
export const StaffTeam = defineEntity({
  name: 'StaffTeam',
  tableName: 'staff_team',
  properties: {
    id: p.bigint('string').primary().generated('by default as identity'),
    name: p.string().length(255).unique('staff_team_name_unique'),
    description: p.text().default(''),
    isActive: p.boolean().default(true),
  },
})

export type StaffTeam = InferEntity<typeof StaffTeam>
