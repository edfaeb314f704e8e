import {
  type BackfillProgress,
  type BackfillReport,
  createBackfill,
  type RunOptions,
} from '@changeover/backfill'
import { createSync } from '@changeover/sync'
import { errors } from '../errors.ts'
import { isOpen, stepStates } from '../step-state.ts'
import { proxyIndexesStep } from '../steps.ts'
import { type Leading, leadingOf, requireDualWrite, requireLegacyLeads, whileLeading } from './leading.ts'
import type { Operating } from './operating.ts'

export interface BackfillSettings
  extends Pick<
    RunOptions,
    'batchRows' | 'pauseMs' | 'speed' | 'pace' | 'maxQuarantinedPercent' | 'dryRun' | 'restart'
  > {
  /** Stops after the batch that is under way; every finished batch is kept. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: BackfillProgress) => void
  /** Told when one mapping has come to its end. */
  readonly onMapping?: (report: BackfillReport) => void
}

/** What a backfill of all mappings has done. */
export interface MigrationBackfill {
  readonly migration: string
  readonly dryRun: boolean
  /** Whether every mapping came to its end; false where it was stopped. */
  readonly isDone: boolean
  /** Rows that wait in quarantine now. */
  readonly quarantined: number
  readonly mappings: readonly BackfillReport[]
}

/**
 * Backfills every mapping of a migration in the order of their references, until done or stopped. The next call goes on.
 *
 * Errors: MIGRATION.PHASE_FORBIDS, NOT_INSTALLED, DUAL_WRITE_OFF; ROLLOUT.PHASE_CHANGED when another side leads meanwhile;
 * BACKFILL.*; DATABASE.*.
 */
export async function runBackfill(
  operating: Operating,
  { signal, onProgress, onMapping, ...settings }: BackfillSettings = {},
): Promise<MigrationBackfill> {
  const { database, migration } = operating
  const { name, mappings, ordered } = migration
  const leading = await requireFillable(operating, settings)
  const engine = createBackfill({
    database: whileLeading(database, leading),
    sync: createSync(mappings),
    migration: name,
  })
  const options = {
    ...settings,
    heldValues: leading.heldValues,
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  }
  const reports: BackfillReport[] = []
  for (const mapping of ordered) {
    if (signal?.aborted === true) break
    const report = await engine.run(mapping, options)
    onMapping?.(report)
    reports.push(report)
  }
  const dryRun = settings.dryRun === true
  const waiting = dryRun ? reports : await engine.states()
  return {
    migration: name,
    dryRun,
    isDone: reports.length === mappings.length && reports.every(({ state }) => state === 'done'),
    quarantined: waiting.reduce((sum, each) => sum + each.quarantined, 0),
    mappings: reports,
  }
}

/**
 * Who leads, if a backfill may run now.
 *
 * Errors: MIGRATION.PHASE_FORBIDS where the target leads; but for a dry run also NOT_INSTALLED and DUAL_WRITE_OFF.
 */
export async function requireFillable(
  operating: Operating,
  { dryRun }: Pick<BackfillSettings, 'dryRun'> = {},
): Promise<Leading> {
  const leading = await leadingOf(operating)
  requireLegacyLeads(leading, operating.migration, 'backfill')
  if (dryRun === true) return leading
  await requireInstalled(operating)
  requireDualWrite(leading)
  return leading
}

/** Errors: MIGRATION.NOT_INSTALLED. Without the identity index a second target row for one legacy row would be possible. */
async function requireInstalled({ database, migration }: Operating): Promise<void> {
  const states = await stepStates(database, migration)
  const missing = states
    .filter((each) => isOpen(each) && each.id !== proxyIndexesStep)
    .map(({ title }) => title)
  if (missing.length > 0)
    throw errors.NOT_INSTALLED({ migration: migration.name, missing: missing.join('; ') })
}
