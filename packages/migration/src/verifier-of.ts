import type { Database } from '@changeover/database'
import { createSync } from '@changeover/sync'
import { createVerifier, type Verifier } from '@changeover/verifier'
import type { Migration } from './define-migration.ts'

/** The verifier of a migration. */
export function verifierOf(database: Database, { mappings, name }: Migration): Verifier {
  return createVerifier({ database, sync: createSync(mappings), migration: name })
}
