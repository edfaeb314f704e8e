import type { Migration } from './define-migration.ts'
import { errors } from './errors.ts'

/** A server that a command starts or joins, and leaves when it ends. */
export interface StartedDatabase {
  readonly url: string
  stop(): Promise<void>
}

/** Where the database is: a URL, or a server to start where none is given. */
export interface DatabaseConfig {
  readonly url?: string | undefined
  readonly start?: (options: { readonly port?: number }) => Promise<StartedDatabase>
}

/** What `changeover.config.ts` exports. */
export interface Config {
  readonly migrations: readonly Migration[]
  readonly database: DatabaseConfig
}

/**
 * Defines what the command line works on: `export default defineConfig({ … })` in `changeover.config.ts`.
 *
 * Errors: MIGRATION.NAME_TWICE.
 */
export function defineConfig(config: Config): Config {
  const names = config.migrations.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice !== undefined) throw errors.NAME_TWICE({ name: twice })
  return Object.freeze(config)
}
