import { recordRestoredBackup } from '@changeover/migration'
import { exitCodes } from '../exit-code.ts'
import { operatorName } from '../operator-name.ts'
import type { Job } from '../perform.ts'

/** Records that a backup was restored just now. */
export function contractBackup({ note }: { readonly note: string }): Job {
  return async ({ database, migration, environment }) => {
    const backup = { by: operatorName(environment), note }
    await recordRestoredBackup(database, migration, backup)
    return {
      exitCode: exitCodes.fine,
      data: { migration: migration.name, ...backup },
      text: `✓ Recorded that a backup of ${migration.name} was restored by ${backup.by}: ${note}`,
    }
  }
}
