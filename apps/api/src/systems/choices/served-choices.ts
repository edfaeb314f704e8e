import {
  choices,
  entities,
  Industry,
  Lead,
  LeadSource,
  LeadStatus,
  LegacyLead,
  MarketingChannel,
  ormOptions,
} from '@changeover/choices'
import { legacyResource } from '../../legacy/legacy-resource.ts'
import type { ServedSystem } from '../served-system.ts'
import { choiceChangeRoutes, choiceRoutes } from './choice-routes.ts'
import { leadChoiceRoutes } from './lead-choice-routes.ts'
import { leadChoices } from './lead-choices.ts'

/** Leads with both their old fields and the choices of their tenant, and these choices. */
export const servedChoices: ServedSystem = {
  migration: choices,
  // Old code knows the same table by an entity of its own.
  ormOptions: {
    ...ormOptions,
    entities: [...entities, LegacyLead],
    discovery: { checkDuplicateTableNames: false },
  },
  statuses: { 'CHOICES.CHOICE_IN_USE': 409 },
  serve(app, { ways, metaOf, callerOf }) {
    const leads = {
      path: '/api/leads',
      name: 'lead',
      meta: metaOf(LegacyLead),
      rules: { tenant: 'tenantId' },
      tenantOf: (request: Parameters<typeof callerOf>[0]) => callerOf(request).tenant,
      more: leadChoices,
    }
    legacyResource(app, leads, ways.legacy)
    leadChoiceRoutes(app, { leads, entity: metaOf(Lead) }, ways.target)
    for (const [path, name, entity] of [
      ['industries', 'industry', Industry],
      ['lead-sources', 'lead source', LeadSource],
      ['lead-statuses', 'lead status', LeadStatus],
      ['marketing-channels', 'marketing channel', MarketingChannel],
    ] as const)
      choiceRoutes(app, { path: `/api/choices/${path}`, name, meta: metaOf(entity), callerOf }, ways.shared)
    choiceChangeRoutes(app, callerOf, ways.chosen)
  },
}
