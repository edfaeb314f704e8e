import { findingText } from '../finding.js'
/** One line for each finding that was kept, and one for those that were not. */
export function renderVerbose({ findings, findingsOmitted }) {
  const omitted = findingsOmitted > 0 ? [`… and ${findingsOmitted} more`] : []
  return [...findings.map(findingText), ...omitted].join('\n')
}
//# sourceMappingURL=verbose.js.map
