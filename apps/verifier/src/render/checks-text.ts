import type { CheckOutcome, CheckResult } from '@changeover/migration'

const marks: Readonly<Record<CheckOutcome, string>> = { pass: '✓', fail: '✗', 'not-applicable': '–' }

/** Checks as people read them: what holds and what was seen, and of each problem the remedy. */
export function checksText(checks: readonly CheckResult[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length))
  return [...checks.flatMap((check) => linesOf(check, width)), summary(checks)].join('\n')
}

function linesOf({ name, claim, outcome, evidence, problems }: CheckResult, width: number): string[] {
  return [
    `${marks[outcome]} ${name.padEnd(width)}  ${claim} (${evidence})`,
    ...problems.flatMap(({ code, message, fix }) => [`    ${code}: ${message}`, `      Fix: ${fix}`]),
  ]
}

function summary(checks: readonly CheckResult[]): string {
  const count = (outcome: CheckOutcome) => checks.filter((each) => each.outcome === outcome).length
  const rest = `${count('pass')} pass, ${count('not-applicable')} do not apply`
  return count('fail') === 0 ? `✓ Nothing is wrong: ${rest}.` : `✗ ${count('fail')} fail, ${rest}.`
}
