import type { Problem } from '@changeover/errors'
import { catchUp } from './catch-up.ts'
import type { Mode } from './mode.ts'
import { repair, type RepairReport } from './repair.ts'
import type { StandingNote } from './standing.ts'
import type { Workshop } from './workshop.ts'

/** The steps of a gradual rollback, in their order. */
export const rollbackSteps = Object.freeze([
  'disable_new_load',
  'disable_new_save',
  'disable_parallel_mode',
  'full_rollback_to_old',
] as const)
export type RollbackStep = (typeof rollbackSteps)[number]

const switchOf: Readonly<Record<RollbackStep, StandingNote['off'][number]>> = {
  disable_new_load: 'newLoad',
  disable_new_save: 'newSave',
  disable_parallel_mode: 'parallel',
  full_rollback_to_old: 'newStorage',
}

/** What one step has come to. */
export interface RollbackStepReport {
  readonly step: RollbackStep
  /** Whether an earlier run had done it already. */
  readonly wasDone: boolean
  /** The mode after it. */
  readonly mode: Mode
  /** What was owed before it, as far as it could be paid. */
  readonly repaired: RepairReport
  /** Why the mode is not yet the one that the step leads to. */
  readonly problems: readonly Problem[]
}

export interface RollbackOptions {
  readonly reason: string
  /** The last step to do; all of them unless given. */
  readonly upTo?: RollbackStep
}

/**
 * Goes back step by step. Each step is remembered, so that the next run goes on with the one after it, in any process. It stops
 * behind a step that has not led where it should.
 *
 * Errors: those of the ledger, and of the stores where legacy has to be brought up to date first.
 */
export async function rollBack(
  shop: Workshop,
  { reason, upTo = 'full_rollback_to_old' }: RollbackOptions,
): Promise<readonly RollbackStepReport[]> {
  const reports: RollbackStepReport[] = []
  for (const step of rollbackSteps.slice(0, rollbackSteps.indexOf(upTo) + 1)) {
    const report = await takeStep(shop, step, reason)
    reports.push(report)
    if (report.problems.length > 0) break
  }
  return reports
}

async function takeStep(shop: Workshop, step: RollbackStep, reason: string): Promise<RollbackStepReport> {
  const name = switchOf[step]
  const wasDone = shop.control.note().off.includes(name)
  const repaired = await repair(shop)
  await catchUp(shop, reason)
  if (!wasDone)
    await shop.control.change((note) => ({ ...note, off: [...new Set([...note.off, name])], reason }))
  const { mode, problems } = await shop.control.current()
  return { step, wasDone, mode, repaired, problems }
}
