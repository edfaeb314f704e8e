import { Migrator } from '@mikro-orm/migrations'
import { defineConfig } from '@mikro-orm/postgresql'
import { Industry, LeadSource, LeadStatus, MarketingChannel } from './choice.ts'
import { Lead } from './lead.ts'
import { migrations } from './migrations/index.ts'

export const entities = [Lead, Industry, LeadSource, LeadStatus, MarketingChannel]

/** What MikroORM needs to know of this system; add the address: `new MikroORM({ ...ormOptions, clientUrl })`. */
export const ormOptions = defineConfig({
  entities,
  extensions: [Migrator],
  migrations: { migrationsList: migrations, snapshot: false, silent: true },
})
