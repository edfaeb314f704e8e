import { isFailure, type Problem } from '@changeover/errors'

/** What a look has shown. A problem says what is wrong, and the command or statement that mends it. */
export type Found =
  | { readonly evidence: string; readonly problems: readonly Problem[] }
  | { readonly notApplicable: string }

/** One thing that must hold, and how to look whether it does. */
export interface Check {
  readonly name: string
  /** What holds where it passes, in the present tense. */
  readonly claim: string
  look(): Promise<Found>
}

export type CheckOutcome = 'pass' | 'fail' | 'not-applicable'

/** What came of a check. Survives JSON. */
export interface CheckResult {
  readonly name: string
  readonly claim: string
  readonly outcome: CheckOutcome
  /** What was seen, or why there was nothing to look at. */
  readonly evidence: string
  /** Empty unless it failed. */
  readonly problems: readonly Problem[]
}

/**
 * Looks at one thing after the other. What could not be read has not passed: a failure is the problem of its check, and the
 * others go on. Errors: bugs alone.
 */
export async function runChecks(checks: readonly Check[]): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = []
  for (const { name, claim, look } of checks)
    results.push({ name, claim, ...resultOf(await look().catch(unread)) })
  return results
}

function resultOf(found: Found): Pick<CheckResult, 'outcome' | 'evidence' | 'problems'> {
  if ('notApplicable' in found)
    return { outcome: 'not-applicable', evidence: found.notApplicable, problems: [] }
  const { evidence, problems } = found
  return { outcome: problems.length === 0 ? 'pass' : 'fail', evidence, problems: problems.map(plain) }
}

/** Of a problem that is an Error as well, what survives JSON. */
function plain({ code, message, values, fix }: Problem): Problem {
  return { code, message, values, fix }
}

function unread(error: unknown): Found {
  if (!isFailure(error)) throw error
  return { evidence: 'could not be read', problems: [error] }
}
