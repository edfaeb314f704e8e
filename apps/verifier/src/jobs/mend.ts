import type { FixReport, Verification, Verifier } from '@changeover/verifier'
import type { Session } from '../session.ts'

/** The last look at both sides, and what was mended before it. */
export interface Mended {
  readonly verification: Verification
  readonly fixes: readonly FixReport[]
}

/**
 * Mends what was found and looks again, until nothing is left or a fix changes nothing more: what is still there then is
 * reported as it is.
 */
export async function mend(
  { migration, signal, talk }: Session,
  verifier: Verifier,
  found: Verification,
  compare: () => Promise<Verification>,
): Promise<Mended> {
  const fixes: FixReport[] = []
  let verification = found
  while (verification.verdict === 'findings' && !signal.aborted) {
    const fix = await verifier.fix(migration.mappings, verification)
    if (fix.changedRows > 0 || fixes.length === 0) fixes.push(fix)
    if (fix.changedRows === 0) break
    talk.say(`Mended ${fix.changedRows} rows; take it back with: changeover undo ${fix.id}`)
    verification = await compare()
  }
  return { verification, fixes }
}
