import type { Database } from '@changeover/database'
import type { Environment } from '@changeover/rollout'
import type { Check } from '../checks/check.ts'
import type { Migration } from '../define-migration.ts'
import { installedChecks } from '../doctor/installed-checks.ts'
import { dataChecks, disuseCheck, runningChecks } from './data-checks.ts'
import { elsewhereChecks } from './elsewhere-checks.ts'
import { flagsCheck } from './flags-check.ts'
import { guardCheck } from './guard-check.ts'
import type { Profile } from './profile.ts'
import { securityChecks } from './security-checks.ts'

export interface PreflightOptions {
  readonly profile: Profile
  readonly environment: Environment
  /** For how long nobody may have used legacy before it is archived; the limit of the gate unless given. */
  readonly disuseSeconds?: number | undefined
}

// In production a reader that everybody forgot shows within the hour; the archive waits longer.
const inProductionSeconds = 3_600

/** The checklist of a profile, as far as a database and an environment can tell. Run it with `runChecks`. */
export function preflightChecks(
  database: Database,
  migration: Migration,
  { profile, environment, disuseSeconds }: PreflightOptions,
): readonly Check[] {
  const isDeployed = profile !== 'before-deploy'
  return [
    ...dataChecks(database, migration),
    disuseCheck(database, migration, {
      disuseSeconds: profile === 'before-contract' ? disuseSeconds : inProductionSeconds,
    }),
    guardCheck(database, migration),
    flagsCheck(database, migration, { environment, required: isDeployed ? 'target-only' : undefined }),
    ...securityChecks(database, migration, { environment }),
    ...installedChecks(database, migration),
    ...(isDeployed ? runningChecks(database, migration) : []),
    ...elsewhereChecks,
  ]
}
