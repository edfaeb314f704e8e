import { copy, defineMapping, lookup, sameKey } from '@changeover/mapping'
import { tableOf } from '@changeover/mapping/mikro-orm'
import { Industry, LeadSource, LeadStatus, MarketingChannel } from './choice.ts'
import { Lead } from './lead.ts'

/**
 * A lead becomes itself: each hard-coded choice is looked up among the tenant's own. What has no choice there stays in the old
 * column, and is reported until somebody decides.
 */
export const leadChoices = defineMapping({
  name: 'Lead',
  legacy: tableOf(Lead, { without: ['industryRef', 'sourceRef', 'statusRef', 'marketingChannelRef'] }),
  target: tableOf(Lead),
  identity: sameKey('id'),
  rules: [
    copy('tenantId', 'firstName', 'lastName', 'email', 'phone', 'company', 'jobTitle', 'country'),
    copy('leadScore', 'annualRevenue', 'createdAt', 'updatedAt'),
    lookup('industry', {
      in: tableOf(Industry),
      by: { tenantId: 'tenantId', industry: 'name' },
      take: 'id',
      residue: 'industry',
    }).as('industryRef'),
    lookup('leadSource', {
      in: tableOf(LeadSource),
      by: { tenantId: 'tenantId', leadSource: 'name' },
      take: 'id',
      residue: 'leadSource',
    }).as('sourceRef'),
    lookup('status', {
      in: tableOf(LeadStatus),
      by: { tenantId: 'tenantId', status: 'name' },
      take: 'id',
      residue: 'status',
    }).as('statusRef'),
    lookup('marketingChannel', {
      in: tableOf(MarketingChannel),
      by: { tenantId: 'tenantId', marketingChannel: 'name' },
      take: 'id',
      residue: 'marketingChannel',
    }).as('marketingChannelRef'),
  ],
})
