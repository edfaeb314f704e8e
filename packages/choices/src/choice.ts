import { defineEntity, p } from '@mikro-orm/core'

const choice = <const Name extends string, const Table extends string>(name: Name, tableName: Table) =>
  defineEntity({
    name,
    tableName,
    uniques: [
      { properties: ['tenantId', 'name'], name: `${tableName}_tenant_id_name_unique` },
      { properties: ['tenantId', 'id'], name: `${tableName}_tenant_id_id_unique` },
    ],
    checks: [{ name: `${tableName}_color_check`, expression: `((color ~ '^#[0-9A-Fa-f]{6}$'::text))` }],
    properties: {
      id: p.bigint('string').primary().generated('by default as identity'),
      tenantId: p.bigint('string'),
      name: p.string().length(50),
      label: p.string().length(100),
      order: p.integer().default(0),
      color: p.character().length(7).default('#6B7280'),
      isActive: p.boolean().default(true),
      isSystem: p.boolean().default(false),
    },
  })

/** The industries that a tenant's leads may be of. */
export const Industry = choice('Industry', 'industry')
/** Where a tenant's leads may come from. */
export const LeadSource = choice('LeadSource', 'lead_source')
/** The states that a tenant's leads go through. */
export const LeadStatus = choice('LeadStatus', 'lead_status')
/** The channels by which a tenant reaches its leads. */
export const MarketingChannel = choice('MarketingChannel', 'marketing_channel')
