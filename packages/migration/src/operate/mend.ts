import type { FixReport, Verification, Verifier } from '@changeover/verifier'
import type { Migration } from '../define-migration.ts'

/** The last look at both sides, and what was mended before it. */
export interface Mended {
  readonly verification: Verification
  readonly fixes: readonly FixReport[]
}

export interface Mending {
  readonly migration: Migration
  readonly verifier: Verifier
  readonly signal: AbortSignal | undefined
  readonly onFix: ((fix: FixReport) => void) | undefined
  compare(): Promise<Verification>
}

/**
 * Mends what was found and looks again, until nothing is left or a fix changes nothing more: what is still there then is
 * reported as it is.
 */
export async function mend(
  { migration, verifier, signal, onFix, compare }: Mending,
  found: Verification,
): Promise<Mended> {
  const fixes: FixReport[] = []
  let verification = found
  while (verification.verdict === 'findings' && signal?.aborted !== true) {
    const fix = await verifier.fix(migration.mappings, verification)
    if (fix.changedRows > 0 || fixes.length === 0) fixes.push(fix)
    if (fix.changedRows === 0) break
    onFix?.(fix)
    verification = await compare()
  }
  return { verification, fixes }
}
