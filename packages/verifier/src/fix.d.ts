import { type Database } from '@changeover/database'
import type { Mapping } from '@changeover/mapping'
import type { HeldValues, Sync, SyncResult } from '@changeover/sync'
import type { Finding } from './finding.ts'
import type { Authority, Verification } from './verification.ts'
export interface FixOptions {
  /** The side that is right; that of the verification unless given, or legacy. */
  readonly authority?: Authority
  /** What to do with values that only the target can hold; as the verification had it unless given, or `keep`. */
  readonly heldValues?: HeldValues
}
/** What a fix has done, or would do. */
export interface FixReport {
  /** To undo it; null where nothing was written, and for a preview. */
  readonly id: string | null
  readonly authority: Authority
  readonly written: Omit<SyncResult, 'refused'>
  /** Rows that are not what they were before, links included. */
  readonly changedRows: number
  /** Findings that were not fixed, each with the reason. */
  readonly left: readonly {
    readonly finding: Finding
    readonly why: string
  }[]
  /** What a look at the same keys afterwards still finds. */
  readonly remaining: readonly Finding[]
}
/** Where and for what a fix works. */
export interface FixSetting {
  readonly database: Database
  readonly sync: Sync
  readonly migration: string
  readonly mappings: readonly Mapping[]
}
/** Mends findings, each batch of keys in one transaction, and keeps what was there before. Errors: VERIFIER.NOT_INSTALLED. */
export declare function fix(
  setting: FixSetting,
  found: Verification | readonly Finding[],
  options?: FixOptions,
): Promise<FixReport>
/** What {@link fix} would do: it is done, and rolled back. Holds its locks until then. */
export declare function previewFix(
  setting: FixSetting,
  found: Verification | readonly Finding[],
  options?: FixOptions,
): Promise<FixReport>
//# sourceMappingURL=fix.d.ts.map
