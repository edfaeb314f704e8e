import type { Database } from '@changeover/database'
import type { Mapping } from '@changeover/mapping'
import type { Finding } from './finding.ts'
import { type Progress } from './run.ts'
import type { Settings, Verification } from './verification.ts'
export interface VerifyOptions extends Partial<Settings> {
  /** Connections that read at the same time; 2 unless given. */
  readonly workers?: number
  /** Findings kept and handed out; 1,000 unless given. Counts are exact however many there are. */
  readonly maxFindings?: number
  /** The number of an interrupted verification, whose settings and finished chunks are taken over. */
  readonly resume?: string
  /** Whether chunks and outcome are kept in the database, which resuming and the certificate need; yes unless given. */
  readonly record?: boolean
  /** Stops before the next chunk; the outcome is inconclusive and can be resumed. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: Progress) => void
  readonly onFinding?: (finding: Finding) => void
}
/**
 * Compares the mappings chunk by chunk. Everything that was not read is a reason against a clean verdict.
 *
 * Errors: VERIFIER.MAPPINGS_NONE, NOT_INSTALLED, VERIFICATION_UNKNOWN, VERIFICATION_STALE; DATABASE.* of the environment.
 */
export declare function verify(
  database: Database,
  migration: string,
  mappings: readonly Mapping[],
  options?: VerifyOptions,
): Promise<Verification>
//# sourceMappingURL=verify.d.ts.map
