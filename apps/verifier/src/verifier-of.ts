import { createSync } from '@changeover/sync'
import { createVerifier, type Verifier } from '@changeover/verifier'
import type { Session } from './session.ts'

/** The verifier of the session's migration. */
export function verifierOf({ database, migration }: Pick<Session, 'database' | 'migration'>): Verifier {
  return createVerifier({ database, sync: createSync(migration.mappings), migration: migration.name })
}
