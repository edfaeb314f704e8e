import type { Database } from '@changeover/database'
import type { Mapping } from '@changeover/mapping'
import type { Sync } from '@changeover/sync'
import { type Certificate, changesSince, latestCertificate } from './certificate.ts'
import type { Finding } from './finding.ts'
import { fix, type FixOptions, type FixReport, previewFix } from './fix.ts'
import { lastVerification } from './last-verification.ts'
import { undo, type UndoReport } from './undo.ts'
import { type FindingPage, pageOfFindings, type PageOptions } from './page-of-findings.ts'
import { type PastVerification, pastVerifications } from './past-verifications.ts'
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
  /**
   * Mends findings in the direction of the authority: the rows are locked, looked at again and written by the one writer, and
   * what was there before is kept. Findings that have gone meanwhile are written nothing. `mappings` are all of the migration.
   *
   * Cost: a transaction for each 500 keys. Errors: VERIFIER.NOT_INSTALLED, FIX_TARGET_KEY.
   */
  fix(
    mappings: readonly Mapping[],
    found: Verification | readonly Finding[],
    options?: FixOptions,
  ): Promise<FixReport>
  /** What a fix would do, done and rolled back. */
  previewFix(
    mappings: readonly Mapping[],
    found: Verification | readonly Finding[],
    options?: FixOptions,
  ): Promise<FixReport>
  /** Brings back what a fix has changed, where the rows still are what it left. Errors: VERIFIER.FIX_UNKNOWN. */
  undo(mappings: readonly Mapping[], fix: string): Promise<UndoReport>
  /** The last verification that was finished, if there is one. */
  last(): Promise<Verification | undefined>
  /** The last ones that were finished, newest first: how far both sides were apart, over time. */
  series(options?: { readonly limit?: number }): Promise<readonly PastVerification[]>
  /** Some findings of a finished verification, in their order. Errors: VERIFIER.VERIFICATION_UNKNOWN. */
  findings(id: string, options?: PageOptions): Promise<FindingPage>
  /** The newest certificate, if there is one. */
  certificate(): Promise<Certificate | undefined>
  /** What has changed since the certificate was issued, so that it proves nothing any more; empty while it holds. */
  changesSince(certificate: Certificate, mappings: readonly Mapping[]): Promise<readonly string[]>
}

export function createVerifier({ database, sync, migration }: VerifierOptions): Verifier {
  return {
    verify: (mappings, options) => verify(database, migration, mappings, options),
    fix: (mappings, found, options) => fix({ database, sync, migration, mappings }, found, options),
    previewFix: (mappings, found, options) =>
      previewFix({ database, sync, migration, mappings }, found, options),
    undo: (mappings, id) => undo({ database, migration, mappings }, id),
    last: () => lastVerification(database, migration),
    series: ({ limit = 100 } = {}) => pastVerifications(database, migration, limit),
    findings: (id, options) => pageOfFindings(database, migration, id, options),
    certificate: () => latestCertificate(database, migration),
    changesSince: (certificate, mappings) => changesSince(database, mappings, certificate),
  }
}
