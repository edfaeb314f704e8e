import { Migrator } from '@mikro-orm/migrations'
import { defineConfig } from '@mikro-orm/postgresql'
import { Industry, LeadSource, LeadStatus, MarketingChannel } from './choice.ts'
import { Lead } from './lead.ts'
import { migrations } from './migrations/index.ts'

export const entities = [Lead, Industry, LeadSource, LeadStatus, MarketingChannel]

/**
 * What MikroORM needs to know of this system; add the address: `new MikroORM({ ...ormOptions, clientUrl })`. The schema comparison leaves
 * triggers, functions and what the changeover has made alone, the record of changes, which has no entity, and
 * leads: their keys over tenant and choice are more than entities can say, and without them a lead could have another tenant's choice.
 */
export const ormOptions = defineConfig({
  entities,
  extensions: [Migrator],
  migrations: { migrationsList: migrations, snapshot: false, silent: true },
  schemaGenerator: {
    ignoreTriggers: true,
    ignoreRoutines: true,
    ignoreSchema: ['changeover', 'changeover_legacy'],
    skipTables: ['choice_change', 'lead'],
  },
})
