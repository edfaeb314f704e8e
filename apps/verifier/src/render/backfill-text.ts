import type { BackfillReport } from '@changeover/backfill'
import type { MigrationBackfill } from '@changeover/migration'
import { boxTable } from './box-table.ts'
import { numberText } from './progress-text.ts'

/** What a backfill has done, as people read it. */
export function backfillText({
  migration,
  dryRun,
  quarantined,
  mappings,
}: Omit<MigrationBackfill, 'isDone'>): string {
  const header = ['Mapping', 'Rows read', 'Inserted', 'Updated', 'Links', 'To quarantine']
  const rows = mappings.map(({ mapping, run, quarantined: refused }) => [
    mapping,
    ...[run.rows, run.inserted, run.updated, run.linked + run.unlinked, refused].map(numberText),
  ])
  return [
    boxTable(header, rows),
    ...(dryRun ? ['Dry run: nothing was written.'] : []),
    lastLine(quarantined, migration),
  ].join('\n')
}

/** What is said when one mapping has come to its end. */
export function finishedText({ mapping, state, run, quarantined }: BackfillReport): string {
  const aside = quarantined === 0 ? '' : `, ${numberText(quarantined)} to quarantine`
  const mark = state === 'done' ? '✓' : '•'
  return `${mark} ${mapping}: ${numberText(run.rows)} rows read, ${numberText(run.inserted + run.updated)} written${aside}`
}

function lastLine(quarantined: number, migration: string): string {
  return quarantined === 0
    ? '✓ Every row could be written.'
    : `✗ ${numberText(quarantined)} rows could not be written; see: changeover quarantine ${migration}`
}
