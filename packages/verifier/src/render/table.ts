import { heldCounts, wrongRows } from '../judge.ts'
import { unresolvedText } from '../unresolved.ts'
import type { MappingVerification, Verification } from '../verification.ts'
import { box } from './box.ts'

/** An environment flag and its value when the verification ran. */
export interface Flag {
  readonly name: string
  readonly value: boolean
}

export interface TableOptions {
  /** What the target rows are called: `WorkItem`. */
  readonly targetModel: string
  readonly flags?: readonly Flag[]
  /** Leaves the numbered checks out. */
  readonly summaryOnly?: boolean
}

/** The report for people: flags, one check for each mapping, the orphans, the summary table, and the verdict as last line. */
export function renderTable(verification: Verification, options: TableOptions): string {
  const { targetModel, flags = [], summaryOnly = false } = options
  return [
    `=== ${targetModel} Migration Verification ===`,
    '',
    ...(flags.length === 0 ? [] : ['Feature Flags:', ...flags.map(flagLine), '']),
    ...(summaryOnly ? [] : checks(verification, targetModel)),
    '=== SUMMARY REPORT ===',
    '',
    ...box([
      ['Legacy Model', 'Total', `With ${targetModel}`, 'Missing', 'Mismatched'],
      ...verification.mappings.map((each) => [
        each.mapping,
        ...[each.total, each.withTarget, each.missing, each.mismatched].map(String),
      ]),
    ]),
    '',
    `${targetModel} Orphans: ${sum(verification, 'orphaned')} / ${sum(verification, 'targetTotal')}`,
    '',
    ...moreLines(verification),
    ...verdictLines(verification),
  ].join('\n')
}

function flagLine({ name, value }: Flag): string {
  return `  ${name}: ${value ? 'True' : 'False'}`
}

function checks({ mappings }: Verification, targetModel: string): readonly string[] {
  const lines = mappings.flatMap((each, index) => [
    `${index + 1}. Checking ${each.mapping} → ${targetModel}...`,
    `  Total: ${each.total}, With ${targetModel}: ${each.withTarget}, Missing: ${each.missing}, Mismatched: ${each.mismatched}`,
    '',
  ])
  const [total, orphaned] = [mappings, mappings].map((each, index) =>
    each.reduce((all, one) => all + (index === 0 ? one.targetTotal : one.orphaned), 0),
  )
  return [
    ...lines,
    `${mappings.length + 1}. Checking for orphaned ${targetModel}s...`,
    `  Total ${targetModel}s: ${total}, Orphaned: ${orphaned}`,
    '',
  ]
}

/** What the table has no column for, only where there is some. */
function moreLines(verification: Verification): readonly string[] {
  const counts = (each: MappingVerification) => [
    ...counted('duplicate', each.duplicate),
    ...counted('held by one side', each.held),
    ...counted('in quarantine', each.quarantined ?? 0),
  ]
  const lines = verification.mappings.flatMap((each) => [
    ...(counts(each).length > 0 ? [`${each.mapping}: ${counts(each).join(', ')}`] : []),
    ...fieldLine(each.mapping, 'mismatched', each.fields),
    ...fieldLine(each.mapping, 'held', each.heldFields),
    ...each.unresolved.map((value) => `${each.mapping} unresolved: ${unresolvedText(value)}`),
  ])
  return lines.length === 0 ? [] : [...lines, '']
}

function counted(what: string, count: number): readonly string[] {
  return count === 0 ? [] : [`${count} ${what}`]
}

function fieldLine(
  mapping: string,
  what: string,
  fields: Readonly<Record<string, number>>,
): readonly string[] {
  const entries = Object.entries(fields).sort(([, left], [, right]) => right - left)
  return entries.length === 0
    ? []
    : [`${mapping} ${what} fields: ${entries.map(([field, count]) => `${field} ${count}`).join(', ')}`]
}

function verdictLines(verification: Verification): readonly string[] {
  const { verdict, reasons, mappings, settings } = verification
  const unread = reasons.flatMap(({ message, fix }) => [`  ${message}`, `    ${fix}`])
  if (verdict === 'consistent') return ['✓ No issues found. Migration is complete and consistent.']
  if (verdict === 'inconclusive') return ['? Inconclusive: not everything could be read.', ...unread]
  const wrong = mappings.reduce((all, each) => all + wrongRows(each, settings), 0)
  const held = heldCounts(settings) && mappings.some((each) => each.held > 0) ? ' (held values count)' : ''
  return [
    ...(unread.length === 0 ? [] : ['? Not everything could be read.', ...unread, '']),
    `✗ ${wrong} ${wrong === 1 ? 'issue' : 'issues'} found${held}.`,
  ]
}

function sum({ mappings }: Verification, of: 'orphaned' | 'targetTotal'): number {
  return mappings.reduce((all, each) => all + each[of], 0)
}
