import type { Database } from '@changeover/database'
import { dualWriteDrift } from '@changeover/dual-write'
import type { Failure } from '@changeover/errors'
import type { Migration } from './define-migration.ts'
import { dualWriteOf } from './engine-steps.ts'

/**
 * What of the triggers that capture writes and guard legacy is not as it was installed; empty when all is well.
 *
 * Cost: five statements on the catalog. Errors: DUAL_WRITE.NOT_INSTALLED.
 */
export function captureDrift(database: Database, migration: Migration): Promise<readonly Failure[]> {
  return dualWriteDrift(database, dualWriteOf(migration))
}
