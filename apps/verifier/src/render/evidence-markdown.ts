import type { Migration, Plan } from '@changeover/migration'
import { type Incident, type Books } from './incidents.ts'
import { planText } from './plan-text.ts'
import { statusText } from './status-text.ts'

export interface Evidence extends Books {
  readonly migration: Migration
  /** Undefined once legacy is archived. */
  readonly plan: Plan | undefined
  /** The field mappings, in Markdown. */
  readonly mappings: readonly string[]
  readonly incidents: readonly Incident[]
  /** In Markdown, as it was given. */
  readonly benchmarks: string | undefined
}

/** The evidence as one Markdown document. What people have typed means nothing in it. */
export function evidenceMarkdown(evidence: Evidence): string {
  const { migration, status, history, plan, mappings, incidents, benchmarks } = evidence
  const sections: readonly (readonly [title: string, text: string])[] = [
    ['Where it stands', block(statusText(migration, status))],
    [
      'Incidents',
      table(
        ['When', 'What'],
        incidents.map(({ at, what }) => [at ?? 'now', what]),
      ),
    ],
    ['Phase history', historyText(history)],
    ['Verifications', verificationsText(status)],
    ['Plan', plan === undefined ? 'Legacy is archived; nothing is planned.' : block(planText(plan))],
    ['Field mappings', mappings.map((each) => each.replaceAll(/^## /gm, '### ')).join('\n')],
    ['Benchmarks', benchmarks?.replaceAll(/^(#+) /gm, '##$1 ') ?? 'No figures were named.'],
  ]
  return [
    `# Evidence of ${text(migration.name)}`,
    '',
    ...sections.flatMap(([title, content]) => [`## ${title}`, '', content.trimEnd(), '']),
  ].join('\n')
}

function historyText(history: Evidence['history']): string {
  return table(
    ['When', 'What', 'From', 'To', 'Epoch', 'By', 'Reason', 'Gates'],
    history.map(({ at, what, from, to, epoch, by, databaseUser, reason, gates }) => [
      at,
      what,
      from ?? '–',
      to,
      epoch,
      `${by} (${databaseUser})`,
      reason,
      gates.map(({ gate, state }) => `${gate}: ${state}`).join(', ') || '–',
    ]),
  )
}

function verificationsText({ drift, certificate }: Evidence['status']): string {
  const series = table(
    ['Verification', 'Finished', 'Verdict', 'Rows', 'Wrong', 'Held'],
    drift.map(({ id, finishedAt, verdict, rows, wrongRows, heldRows }) =>
      [id, finishedAt, verdict, rows, wrongRows, heldRows].map(String),
    ),
  )
  if (certificate === null) return `${series}\n\nThere is no certificate.`
  const { id, verification, issuedAt, schemaFingerprint, hashes, isCurrent } = certificate
  const facts = [
    ['Certificate', id],
    ['Of verification', verification],
    ['Issued', issuedAt],
    ['Current', isCurrent ? 'yes' : 'no: of an older mapping'],
    ['Schema', schemaFingerprint],
    ...Object.entries(hashes).map(([mapping, hash]) => [`Mapping ${mapping}`, hash]),
  ]
  return `${series}\n\n${table(['Fact', 'Value'], facts)}`
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return 'None.'
  const line = (cells: readonly string[]) => `| ${cells.map(text).join(' | ')} |`
  return [line(header), `|${' --- |'.repeat(header.length)}`, ...rows.map(line)].join('\n')
}

/** Indented, so that no text can end it. */
function block(lines: string): string {
  return lines.replaceAll(/^/gm, '    ')
}

/** Text that means nothing in Markdown, not even in a cell of a table. */
function text(given: string): string {
  return given.replace(/[\\`*_{}[\]<>#|~&]/g, '\\$&').replace(/\s*[\r\n]+\s*/g, ' ')
}
