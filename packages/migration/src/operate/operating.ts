import type { Database } from '@changeover/database'
import type { Environment } from '@changeover/rollout'
import type { Migration } from '../define-migration.ts'

/** What an operator works on, by the command line or over HTTP. */
export interface Operating {
  readonly database: Database
  readonly migration: Migration
  /** Its flags say which phase is meant where none is stored yet, and whether strict mode is on. */
  readonly environment: Environment
  /** Told of flags that say another phase than the stored one. */
  readonly onWarning?: (warning: { readonly message: string; readonly fix: string }) => void
}
