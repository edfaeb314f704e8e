import type { Database } from '@changeover/database'
import type { Mapping } from '@changeover/mapping'
import type { Sync } from '@changeover/sync'
import { type Certificate, latestCertificate } from './certificate.ts'
import { lastVerification } from './last-verification.ts'
import type { Verification } from './verification.ts'
import { verify, type VerifyOptions } from './verify.ts'

export interface VerifierOptions {
  readonly database: Database
  readonly sync: Sync
  /** The name of the migration, under which results are kept. */
  readonly migration: string
}

/** Compares the two sides of a migration inside the database. */
export interface Verifier {
  /**
   * Compares the mappings, in any phase and under any load. A mapping may be verified without the others.
   *
   * Cost: one statement for each chunk; no snapshot is held longer than that, and memory does not grow with the tables.
   * Errors: VERIFIER.*; DATABASE.* of the environment, after which it can be resumed.
   */
  verify(mappings: readonly Mapping[], options?: VerifyOptions): Promise<Verification>
  /** The last verification that was finished, if there is one. */
  last(): Promise<Verification | undefined>
  /** The newest certificate, if there is one. */
  certificate(): Promise<Certificate | undefined>
}

export function createVerifier({ database, migration }: VerifierOptions): Verifier {
  return {
    verify: (mappings, options) => verify(database, migration, mappings, options),
    last: () => lastVerification(database, migration),
    certificate: () => latestCertificate(database, migration),
  }
}
