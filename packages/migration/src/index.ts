/** What a migration is, what it would do, and the steps that put it in place. */
export { defineMigration, type Migration, type MigrationDefinition } from './define-migration.ts'
export { type Config, type DatabaseConfig, defineConfig, type StartedDatabase } from './define-config.ts'
export { errors } from './errors.ts'
