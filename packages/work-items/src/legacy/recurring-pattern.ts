import { defineEntity, type InferEntity, p } from '@mikro-orm/core'

const recurrenceFrequencies = ['daily', 'weekly', 'monthly', 'yearly'] as const

/** How a task or an event repeats. */
export const RecurringPattern = defineEntity({
  name: 'RecurringPattern',
  tableName: 'recurring_pattern',
  properties: {
    id: p.bigint('string').primary().generated('by default as identity'),
    frequency: p.enum(recurrenceFrequencies),
    interval: p.integer().default(1).check('"interval" >= 1'),
    until: p.date().nullable(),
  },
})

export type RecurringPattern = InferEntity<typeof RecurringPattern>
