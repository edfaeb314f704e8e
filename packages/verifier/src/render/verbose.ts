import { findingText } from '../finding.ts'
import type { Verification } from '../verification.ts'

/** One line for each finding that was kept, and one for those that were not. */
export function renderVerbose({ findings, findingsOmitted }: Verification): string {
  const omitted = findingsOmitted > 0 ? [`… and ${findingsOmitted} more`] : []
  return [...findings.map(findingText), ...omitted].join('\n')
}
