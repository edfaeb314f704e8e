import { Migrator } from '@mikro-orm/migrations'
import { defineConfig } from '@mikro-orm/postgresql'

import { AppUser } from './legacy/app-user.ts'
import { Event } from './legacy/event.ts'
import { Organization } from './legacy/organization.ts'
import { ProjectWorkflow } from './legacy/project-workflow.ts'
import { RecurringPattern } from './legacy/recurring-pattern.ts'
import { StaffTask } from './legacy/staff-task.ts'
import { StaffTeam } from './legacy/staff-team.ts'
import { migrations } from './migrations/index.ts'
import { WorkItem } from './target/work-item.ts'

export const entities = [
  AppUser,
  StaffTeam,
  Organization,
  RecurringPattern,
  ProjectWorkflow,
  Event,
  StaffTask,
  WorkItem,
]

/**
 * What MikroORM needs to know of this system; add the address: `new MikroORM({ ...ormOptions, clientUrl })`.
 *
 * The schema comparison leaves triggers and functions alone, since it does not know those of the migrations, and what the
 * changeover itself needs. Of the latter it only drops indexes, unless `knownIndexes` of the proxies has
 * told the entities of them; `changeover install` makes them again.
 */
export const ormOptions = defineConfig({
  entities,
  extensions: [Migrator],
  migrations: { migrationsList: migrations, snapshot: false, silent: true },
  schemaGenerator: {
    ignoreTriggers: true,
    ignoreRoutines: true,
    ignoreSchema: ['changeover', 'changeover_legacy'],
  },
})
