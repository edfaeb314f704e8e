import type { Migration } from '@changeover/migration'
import {
  findingText,
  type FixReport,
  renderTable,
  renderVerbose,
  type Verification,
} from '@changeover/verifier'
import type { Mended } from '../jobs/mend.ts'
import type { VerifySettings } from '../jobs/verify.ts'
import type { Leading } from '../leading.ts'

interface Verified {
  readonly migration: Migration
  readonly leading: Leading
  readonly settings: VerifySettings
  /** What was found at first. */
  readonly found: Verification
  readonly mended: Mended
}

/** The report as people read it: each finding where asked for, what was mended, and the table. */
export function verifyText({ migration, leading, settings, found, mended }: Verified): string {
  const { verification, fixes } = mended
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
