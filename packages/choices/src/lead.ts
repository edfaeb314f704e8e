import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { TimestampText } from '@changeover/database/mikro-orm'

const before = {
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
}

/** A lead with both shapes side by side: old columns with hard-coded choices, and references to the tenant's own. */
export const Lead = defineEntity({
  name: 'Lead',
  tableName: 'lead',
  properties: {
    ...before,
    industryRef: p.bigint('string').nullable(),
    sourceRef: p.bigint('string').nullable(),
    statusRef: p.bigint('string').nullable(),
    marketingChannelRef: p.bigint('string').nullable(),
  },
})

export type Lead = InferEntity<typeof Lead>

/**
 * A lead as old code knows it, on the table or on the proxy. Of both in one ORM, that must be told to allow it:
 * `discovery: { checkDuplicateTableNames: false }`.
 */
export const LegacyLead = defineEntity({ name: 'LegacyLead', tableName: 'lead', properties: before })
