// Old rows in batches
export {
  type Backfill,
  type BackfillOptions,
  createBackfill,
  type QuarantineOptions,
  type RetryOptions,
  type RetryReport,
} from './backfill.ts'
export type { BackfillProgress, BackfillReport, RunOptions } from './run.ts'
export type { Pace } from './pacer.ts'
export type { Throttle, ThrottleReason } from './throttle.ts'
export type { Step } from './batch.ts'
export type { Counts } from './counts.ts'

// How far it is
export { type Progress, progressOf, type Sample } from './progress.ts'
export type { BackfillState, RunState } from './state.ts'

// Rows that could not be written
export type { QuarantinedRow, Reason } from './quarantine.ts'

// What the installer needs
export { ledgerDdl } from './ledger-ddl.ts'

export { errors } from './errors.ts'
