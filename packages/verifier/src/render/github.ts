import { findingText } from '../finding.ts'
import { heldCounts, wrongRows } from '../judge.ts'
import type { Verification } from '../verification.ts'

/** More are not shown by GitHub for one step. */
const mostAnnotations = 10

/**
 * Annotations for GitHub Actions, one command in a line: an error for each of the first findings, a warning for what could
 * not be read, and a last error that says how many there are.
 */
export function renderGithubAnnotations(verification: Verification): string {
  const { findings, reasons, settings, mappings, migration } = verification
  const counted = findings.filter((each) => each.class !== 'held' || heldCounts(settings))
  const wrong = mappings.reduce((all, each) => all + wrongRows(each, settings), 0)
  return [
    ...reasons.map(({ message, fix }) => command('warning', `${migration}: not read`, `${message} ${fix}`)),
    ...counted
      .slice(0, mostAnnotations - 1)
      .map((each) => command('error', `${migration}: ${each.class}`, findingText(each))),
    ...(wrong > 0 ? [command('error', migration, `${wrong} ${wrong === 1 ? 'issue' : 'issues'} found`)] : []),
  ].join('\n')
}

/** The step summary in Markdown: the counts as a table, the verdict, the first findings. */
export function renderGithubSummary(verification: Verification, targetModel: string): string {
  const { mappings, verdict, reasons, findings, findingsOmitted } = verification
  const row = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => markdown(String(cell))).join(' | ')} |`
  return [
    `## ${markdown(targetModel)} migration: ${verdictText[verdict]}`,
    '',
    row([
      'Legacy model',
      'Total',
      `With ${targetModel}`,
      'Missing',
      'Mismatched',
      'Held',
      'Orphaned',
      'Duplicate',
    ]),
    `| --- |${' ---: |'.repeat(7)}`,
    ...mappings.map((each) =>
      row([
        each.mapping,
        each.total,
        each.withTarget,
        each.missing,
        each.mismatched,
        each.held,
        each.orphaned,
        each.duplicate,
      ]),
    ),
    '',
    ...reasons.map(({ message, fix }) => `- Not read: ${markdown(message)} ${markdown(fix)}`),
    ...findings.slice(0, 50).map((each) => `- ${markdown(findingText(each))}`),
    ...(findings.length + findingsOmitted > 50
      ? [`- … and ${findings.length + findingsOmitted - 50} more`]
      : []),
    '',
  ].join('\n')
}

const verdictText = {
  consistent: '✓ consistent',
  findings: '✗ findings',
  inconclusive: '? inconclusive',
} as const

function command(name: 'error' | 'warning', title: string, message: string): string {
  return `::${name} title=${escaped(title).replaceAll(':', '%3A').replaceAll(',', '%2C')}::${escaped(message)}`
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

/** Text that means nothing in Markdown, not even in a cell of a table. */
function markdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~&]/g, '\\$&').replace(/\s*[\r\n]+\s*/g, ' ')
}
