/** A real PostgreSQL without an installation: started by the first command that needs it, stopped after the last. */
export { startPostgres, type EmbeddedPostgres, type StartOptions } from './start-postgres.ts'
export { errors } from './errors.ts'
