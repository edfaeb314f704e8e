import type { QuarantineOf } from '../jobs/quarantine.ts'
import { boxTable } from './box-table.ts'

/** Rows in quarantine, as people read them. */
export function quarantineText(migration: string, mappings: readonly QuarantineOf[]): string {
  const total = mappings.reduce((sum, each) => sum + each.total, 0)
  const retries = mappings.flatMap(({ mapping, retry }) =>
    retry === null || retry.tried === 0
      ? []
      : [`${mapping}: ${retry.recovered} of ${retry.tried} rows were written.`],
  )
  if (total === 0) return [...retries, '✓ The quarantine is empty.'].join('\n')
  const rows = mappings.flatMap(({ mapping, rows: waiting }) =>
    waiting.map(({ key, rule, field, why, code }) => [
      mapping,
      key.join(', '),
      rule ?? code,
      field ?? '–',
      why,
    ]),
  )
  return [
    ...retries,
    boxTable(['Mapping', 'Key', 'Rule', 'Field', 'Why'], rows),
    ...(rows.length < total ? [`… and ${total - rows.length} more`] : []),
    `✗ ${total} rows are in quarantine. Correct them, then: changeover quarantine ${migration} --retry`,
  ].join('\n')
}
