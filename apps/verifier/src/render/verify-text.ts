import type { Migration, MigrationVerification } from '@changeover/migration'
import { findingText, type FixReport, renderTable, renderVerbose } from '@changeover/verifier'
import type { VerifySettings } from '../jobs/verify.ts'

/** The report as people read it: each finding where asked for, what was mended, and the table. */
export function verifyText(
  migration: Migration,
  settings: VerifySettings,
  { leading, found, verification, fixes }: MigrationVerification,
): string {
  const flags = (['useTarget', 'dualWrite', 'legacyReadOnly'] as const).map((flag) => ({
    name: migration.flags[flag],
    value: leading[flag],
  }))
  const parts = [
    settings.verbose === true ? renderVerbose(found) : '',
    fixes.map(fixText).join('\n'),
    renderTable(verification, {
      targetModel: migration.targetModel,
      flags,
      summaryOnly: settings.reportOnly === true,
    }),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

// More are in the JSON document.
const mostShown = 20

function fixText({ id, authority, written, changedRows, left }: FixReport): string {
  const { inserted, updated, deleted, linked, unlinked } = written
  const counts = `${inserted} inserted, ${updated} updated, ${deleted} deleted, ${linked + unlinked} links`
  const shown = left.slice(0, mostShown).map(({ finding, why }) => `  left: ${findingText(finding)} – ${why}`)
  return [
    id === null
      ? 'Fix: nothing could be mended.'
      : `Fix ${id}, as ${authority} says: ${changedRows} rows (${counts}). Take it back with: changeover undo ${id}`,
    ...shown,
    ...(left.length > shown.length ? [`  … and ${left.length - shown.length} more`] : []),
  ].join('\n')
}
