import type { Database } from '@changeover/database'
import { type CheckResult, runChecks } from '../checks/check.ts'
import type { Migration } from '../define-migration.ts'
import { activityChecks } from './activity-checks.ts'
import { clockChecks, type NodeTime } from './clock-checks.ts'
import { impatient } from './impatient.ts'
import { installedChecks } from './installed-checks.ts'
import { serverChecks } from './server-checks.ts'

export interface DoctorOptions {
  /** What Node says of the time. */
  readonly time: NodeTime
  /** From when on an open transaction is a finding; unless given, longer than any request of an application takes. */
  readonly longTransactionSeconds?: number
}

/**
 * Looks for whatever may keep a migration from working: the server, privileges, what is installed and has drifted, locks and
 * long transactions, processes that are silent or act by another phase, clocks and time-zone data.
 *
 * Cost: some thirty statements on catalogs, statistics and bookkeeping; no rows are read and nothing is written.
 * It waits for nobody: what is locked has not been read.
 */
export function doctor(
  database: Database,
  migration: Migration,
  { time, longTransactionSeconds = 60 }: DoctorOptions,
): Promise<readonly CheckResult[]> {
  const looking = impatient(database, { waitMs: 500 })
  return runChecks([
    ...serverChecks(looking, migration),
    ...installedChecks(looking, migration),
    ...activityChecks(looking, migration, longTransactionSeconds),
    ...clockChecks(database, time),
  ])
}
