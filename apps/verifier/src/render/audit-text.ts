import type { Audit, AuditedValue, AuditFinding } from '@changeover/migration'
import { boxTable } from './box-table.ts'
import { numberText } from './progress-text.ts'

/** Values of one finding that are shown; the rest stands in the JSON. */
const mostShown = 8

/** An audit as people read it. */
export function auditText({ migration, tables, findings, unread, verdict }: Audit): string {
  return [
    `Audit of ${migration}`,
    boxTable(
      ['Table', 'Side', 'Rows'],
      tables.map(({ table, side, rows }) => [
        table,
        side,
        rows === null ? 'no such table' : numberText(rows),
      ]),
    ),
    '',
    ...findings.flatMap(findingLines),
    ...unread.map(({ message, fix }) => `? ${message} ${fix}`),
    ...(findings.length + unread.length > 0 ? [''] : []),
    summary(verdict, findings),
  ].join('\n')
}

function findingLines({ check, problem, of, values }: AuditFinding): readonly string[] {
  const shown = values.slice(0, mostShown)
  const more = values.length > shown.length ? ['    …'] : []
  return [
    `✗ ${check}: ${problem.message}`,
    ...shown.map((each) => `    ${of} = ${valueText(each)}`),
    ...more,
    `  ${problem.fix}`,
  ]
}

function valueText({ value, rows }: AuditedValue): string {
  const texts = value.map((each) => (each === null ? 'NULL' : JSON.stringify(short(each))))
  return `${texts.join(', ')}: ${numberText(rows)}`
}

function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

function summary(verdict: Audit['verdict'], findings: readonly AuditFinding[]): string {
  if (verdict === 'sound') return '✓ Nothing is wrong with the legacy data.'
  const found = `✗ ${findings.length} ${findings.length === 1 ? 'defect' : 'defects'} found.`
  return verdict === 'inconclusive' ? `${found} Not everything could be read.` : found
}
