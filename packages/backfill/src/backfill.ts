import {
  type Database,
  errors as databaseErrors,
  type RetryOptions as ConflictRetry,
  toFailure,
} from '@changeover/database'
import { isFailure } from '@changeover/errors'
import type { Mapping } from '@changeover/mapping'
import { type HeldValues, type Key, mostKeys, type Sync } from '@changeover/sync'
import { closeCheckpoint, openCheckpoint } from './checkpoint.ts'
import { errors } from './errors.ts'
import { readLastKey } from './key-pages.ts'
import { createPacer, type Pace } from './pacer.ts'
import { listQuarantine, type QuarantinedRow } from './quarantine.ts'
import { type RetryReport, retryRows } from './retry-quarantine.ts'
import { type BackfillReport, runBatches, type RunContext, type RunOptions, type RunPlan } from './run.ts'
import { watchSchema } from './schema-watch.ts'
import { readSignals } from './signals.ts'
import { type BackfillState, readStates } from './state.ts'

export type { RetryReport } from './retry-quarantine.ts'

export interface BackfillOptions {
  readonly database: Database
  readonly sync: Sync
  /** The name of the migration, under which the ledger keeps checkpoints and quarantine. */
  readonly migration: string
  /** How long a batch waits for a row that somebody else holds, before it lets go of its own and begins again; 2 s unless given. */
  readonly lockTimeoutMs?: number
  /** How often a batch is begun again after a conflict with others; 60 times, with pauses up to 5 s, unless given. */
  readonly retry?: ConflictRetry
}

export interface QuarantineOptions {
  readonly after?: Key
  /** 1,000 unless given. */
  readonly limitRows?: number
}

export interface RetryOptions {
  readonly heldValues: HeldValues
  readonly signal?: AbortSignal
}

/** Brings old rows over to the target, in batches. */
export interface Backfill {
  /**
   * Syncs every legacy row up to the greatest key of the moment it starts. Dual write must be on and its fence passed: rows
   * above that key, and changes behind the cursor, are its affair.
   *
   * A batch is one transaction with its checkpoint, so a run that is killed anywhere is continued by the next call, exactly.
   * Rows that a rule or the database refuses go to quarantine: a range that the database refuses is halved until the row is alone.
   *
   * Cost: a dozen round trips for each batch; its legacy rows are locked FOR NO KEY UPDATE until it commits.
   * Errors: BACKFILL.*; DATABASE.* for what no batch can mend (connection, privilege, disk), with nothing half-written.
   */
  run(mapping: Mapping, options: RunOptions): Promise<BackfillReport>
  /** Tries every quarantined row once more. */
  retryQuarantine(mapping: Mapping, options: RetryOptions): Promise<RetryReport>
  /** Rows that could not be written, with the reason. */
  quarantine(mapping: Mapping, options?: QuarantineOptions): Promise<readonly QuarantinedRow[]>
  /** What the ledger says of a mapping; undefined before its first run. */
  state(mapping: Mapping): Promise<BackfillState | undefined>
  /** The same for every mapping of the migration. */
  states(): Promise<readonly BackfillState[]>
}

/** Makes the backfill of one migration. Its tables must be there: see {@link ledgerDdl}. */
export function createBackfill(options: BackfillOptions): Backfill {
  const { database, migration, sync } = options
  const retry = { attempts: 60, ...options.retry }
  return {
    async run(mapping, runOptions) {
      if (database.inTransaction)
        throw databaseErrors.TRANSACTION_OPEN({ asked: 'a backfill, whose batches commit one by one' })
      checkOptions(runOptions)
      return runOptions.dryRun === true
        ? dryRun(options, mapping, runOptions)
        : realRun(options, mapping, runOptions)
    },
    retryQuarantine: (mapping, { heldValues, signal }) =>
      retryRows({ database, sync, migration, mapping, heldValues, retry, signal }),
    quarantine: (mapping, { after, limitRows = 1_000 } = {}) =>
      listQuarantine(database, { migration, mapping }, { ...(after && { after }), limitRows }),
    async state(mapping) {
      return (await readStates(database, migration)).find(({ mapping: name }) => name === mapping.name)
    },
    states: () => readStates(database, migration),
  }
}

async function realRun(
  options: BackfillOptions,
  mapping: Mapping,
  runOptions: RunOptions,
): Promise<BackfillReport> {
  const { database, migration } = options
  const checkpoint = await openCheckpoint(
    database,
    { migration, mapping },
    { restart: runOptions.restart === true },
  )
  const { schema, upTo } = checkpoint
  try {
    const context = { ...contextOf(options, mapping, runOptions), checkpoint, schema }
    const report = await runBatches(context, planOf(runOptions, upTo))
    await closeCheckpoint(database, checkpoint, report.state)
    return report
  } catch (error) {
    const failure = isFailure(error) ? error : toFailure(error)
    // The ledger is a record of the failure, not a reason for another one: the connection may be what is lost.
    await closeCheckpoint(database, checkpoint, 'failed', failure).catch(() => {})
    throw error
  }
}

async function dryRun(
  options: BackfillOptions,
  mapping: Mapping,
  runOptions: RunOptions,
): Promise<BackfillReport> {
  const schema = await watchSchema(options.database, mapping, undefined)
  const upTo = await readLastKey(options.database, mapping)
  const context = { ...contextOf(options, mapping, runOptions), checkpoint: undefined, schema }
  return runBatches(context, planOf(runOptions, upTo))
}

function contextOf(
  { database, sync, migration, lockTimeoutMs = 2_000, retry }: BackfillOptions,
  mapping: Mapping,
  runOptions: RunOptions,
): Omit<RunContext, 'checkpoint' | 'schema'> {
  const { heldValues, onStep } = runOptions
  return {
    database,
    sync,
    migration,
    mapping,
    heldValues,
    lockTimeoutMs,
    retry: { attempts: 60, ...retry },
    pacer: createPacer({
      pace: () => paceOf(runOptions),
      mostRows: mostKeys(mapping),
      nowMs: () => performance.now(),
      readSignals,
    }),
    onStep: onStep ?? (() => {}),
  }
}

function planOf(options: RunOptions, upTo: Key | undefined): RunPlan {
  return {
    upTo,
    maxQuarantinedPercent: options.maxQuarantinedPercent ?? 10,
    signal: options.signal,
    onProgress: options.onProgress ?? (() => {}),
  }
}

/** Errors: BACKFILL.OPTION_INVALID. */
function paceOf({ pace, ...given }: Pick<RunOptions, 'pace' | keyof Pace>): Required<Pace> {
  const { batchRows = 5_000, pauseMs = 0, speed = 'yielding' } = { ...given, ...pace?.() }
  requireBetween('batchRows', batchRows, { least: 1, most: 100_000 })
  requireBetween('pauseMs', pauseMs, { least: 0, most: 3_600_000 })
  return { batchRows, pauseMs, speed }
}

function requireBetween(
  option: string,
  given: number,
  { least, most }: { readonly least: number; readonly most: number },
): void {
  if (Number.isInteger(given) && given >= least && given <= most) return
  throw errors.OPTION_INVALID({ option, given, expected: `a whole number from ${least} to ${most}` })
}

/** Errors: BACKFILL.OPTION_INVALID. */
function checkOptions({ maxQuarantinedPercent = 0, ...options }: RunOptions): void {
  paceOf(options)
  if (!(maxQuarantinedPercent >= 0 && maxQuarantinedPercent <= 100))
    throw errors.OPTION_INVALID({
      option: 'maxQuarantinedPercent',
      given: maxQuarantinedPercent,
      expected: 'a number from 0 to 100',
    })
}
