import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { TimestampText } from '@changeover/database/mikro-orm'

/** A lead with both shapes side by side: old columns with hard-coded choices, and references to the tenant's own. */
export const Lead = defineEntity({
  name: 'Lead',
  tableName: 'lead',
  properties: {
    id: p.bigint('string').primary().generated('by default as identity'),
    tenantId: p.bigint('string'),
    firstName: p.string().length(100).default(''),
    lastName: p.string().length(100).default(''),
    email: p.string().length(254).default(''),
    phone: p.string().length(40).default(''),
    company: p.string().length(255).default(''),
    jobTitle: p.string().length(100).default(''),
    country: p.string().length(100).default(''),
    leadScore: p.integer().default(0),
    annualRevenue: p.decimal('string').precision(12).scale(2).nullable(),
    createdAt: p.type(TimestampText).defaultRaw('now()'),
    updatedAt: p.type(TimestampText).defaultRaw('now()'),
    industry: p.string().length(50).nullable(),
    leadSource: p.string().length(50).nullable(),
    status: p.string().length(50).nullable(),
    marketingChannel: p.string().length(50).nullable(),
    industryRef: p.bigint('string').nullable(),
    sourceRef: p.bigint('string').nullable(),
    statusRef: p.bigint('string').nullable(),
    marketingChannelRef: p.bigint('string').nullable(),
  },
})

export type Lead = InferEntity<typeof Lead>
