import { uninstall as uninstallSteps } from '@changeover/migration'
import { errors } from '../errors.ts'
import { exitCodes } from '../exit-code.ts'
import type { Job } from '../perform.ts'

/** Removes what install created, if that was confirmed. */
export function uninstall({ confirmed }: { readonly confirmed: boolean }): Job {
  return async ({ database, migration }) => {
    if (!confirmed)
      throw errors.NOT_CONFIRMED({
        command: `uninstall ${migration.name}`,
        consequence: 'checkpoints, quarantine, before-images and certificates are deleted.',
      })
    const { engines, indexes, schema } = await uninstallSteps(database, migration)
    const lines = [
      ...engines.map((title) => `✓ Removed: ${title}`),
      ...indexes.map((name) => `✓ Dropped the index ${name}`),
      schema
        ? '✓ Dropped the schema changeover'
        : '✓ Kept the schema changeover: it serves other migrations, or is not there',
    ]
    return {
      exitCode: exitCodes.fine,
      data: { migration: migration.name, engines, indexes, schema },
      text: lines.join('\n'),
    }
  }
}
