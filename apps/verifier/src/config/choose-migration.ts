import type { Config, Migration } from '@changeover/migration'
import { errors } from '../errors.ts'
import { nearest } from '../nearest.ts'

/**
 * The migration of that name, or the only one.
 *
 * Errors: CLI.MIGRATION_UNKNOWN, CLI.MIGRATION_UNNAMED.
 */
export function chooseMigration(
  { migrations }: Config,
  name: string | undefined,
  command: string,
): Migration {
  const names = migrations.map((each) => each.name)
  const known = names.join(', ')
  if (name !== undefined) {
    const found = migrations.find((each) => each.name === name)
    if (found) return found
    throw errors.MIGRATION_UNKNOWN({ name, known, nearest: nearest(name, names) })
  }
  const [only, ...others] = migrations
  if (only === undefined || others.length > 0) throw errors.MIGRATION_UNNAMED({ command, known })
  return only
}
