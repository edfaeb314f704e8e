import { setTimeout } from 'node:timers/promises'
import { errors as databaseErrors } from '@changeover/database'
import { type Failure, isFailure } from '@changeover/errors'
import type { HeldValues, Key } from '@changeover/sync'
import { type BatchContext, doBatch, type Done, type Step } from './batch.ts'
import { addCounts, type Counts, noCounts } from './counts.ts'
import { errors } from './errors.ts'
import { firstBatchRows, isOverdue, refreshStatistics } from './fresh-statistics.ts'
import { estimateRows } from './key-pages.ts'
import type { Pace } from './pacer.ts'
import { type Progress, progressOf, type Sample, withSample } from './progress.ts'
import type { Reason } from './quarantine.ts'
import type { Throttle } from './throttle.ts'

export interface RunOptions extends Pace {
  readonly heldValues: HeldValues
  /** Asked before each batch, for whoever changes the pace of a run that is under way; stands before what is given beside it. */
  readonly pace?: () => Pace
  /** Stops after the batch that is under way. */
  readonly signal?: AbortSignal
  /** Begins again at the first row; what already agrees is only read. */
  readonly restart?: boolean
  /** Does everything in transactions that are rolled back. */
  readonly dryRun?: boolean
  /** Stops when more of the rows than this go to quarantine, judged after 100 rows; 10 unless given. */
  readonly maxQuarantinedPercent?: number
  readonly onProgress?: (progress: BackfillProgress) => void
  /** For tests and traces. */
  readonly onStep?: (step: Step) => void | Promise<void>
}

export interface BackfillProgress extends Progress {
  readonly mapping: string
  readonly quarantined: number
  /** What slowed the last batch down; null at full speed. */
  readonly throttle: Throttle | null
}

/** What a run has done. `total` includes the runs before it that it continued. */
export interface BackfillReport {
  readonly mapping: string
  readonly state: 'done' | 'stopped'
  readonly dryRun: boolean
  readonly run: Counts
  readonly total: Counts
  /** Rows of this run that went to quarantine, and the first 100 of them. */
  readonly quarantined: number
  readonly refused: readonly Reason[]
  readonly upTo: Key | null
}

/** Settings of a run after their defaults. */
export interface RunPlan {
  readonly upTo: Key | undefined
  readonly maxQuarantinedPercent: number
  readonly signal: AbortSignal | undefined
  readonly onProgress: (progress: BackfillProgress) => void
}

interface Journey {
  cursor: Key | undefined
  counts: Counts
  quarantined: number
  refused: readonly Reason[]
  samples: readonly Sample[]
  rowsRemaining: number
  estimatedAtSeconds: number
}

/** Without the size of a batch, which may change on the way. */
export type RunContext = Omit<BatchContext, 'batchRows'>

/** Goes through the batches up to the bound, or until the signal says stop. Errors: BACKFILL.*, DATABASE.*. */
export async function runBatches(context: RunContext, plan: RunPlan): Promise<BackfillReport> {
  const journey: Journey = {
    cursor: context.checkpoint?.cursor,
    counts: noCounts,
    quarantined: 0,
    refused: [],
    samples: [],
    rowsRemaining: 0,
    estimatedAtSeconds: Number.NEGATIVE_INFINITY,
  }
  if (plan.upTo !== undefined) await estimate(context, plan, journey)
  let isDone = plan.upTo === undefined
  while (!isDone && plan.signal?.aborted !== true) {
    isDone = await oneBatch(context, plan, journey)
    if (!isDone) await rest(context, plan)
  }
  return {
    mapping: context.mapping.name,
    state: isDone ? 'done' : 'stopped',
    dryRun: context.checkpoint === undefined,
    run: journey.counts,
    total: addCounts(context.checkpoint?.counts ?? noCounts, journey.counts),
    quarantined: journey.quarantined,
    refused: journey.refused,
    upTo: plan.upTo ?? null,
  }
}

// A rest asks again how long it is, so that a new pace holds at once.
const longestRestMs = 250

/** Until the next batch, or the signal. */
async function rest({ pacer }: RunContext, { signal }: RunPlan): Promise<void> {
  const begun = performance.now()
  const left = () => pacer.restMs() - (performance.now() - begun)
  while (signal?.aborted !== true && left() > 0) {
    const restMs = Math.min(left(), longestRestMs)
    await setTimeout(restMs, undefined, signal && { signal }).catch((error: unknown) => {
      if (signal?.aborted !== true) throw error
    })
  }
}

/** One batch, and what follows from it. Tells whether nothing is left. */
async function oneBatch(context: RunContext, plan: RunPlan, journey: Journey): Promise<boolean> {
  await context.onStep('begin')
  const asked = { after: journey.cursor, upTo: plan.upTo, rowsRemaining: journey.rowsRemaining }
  const isFirst = rowsOf(context, journey) === 0
  const paced = context.pacer.batchRows()
  const batchRows = isFirst ? Math.min(paced, firstBatchRows) : paced
  const done = await doBatch({ ...context, batchRows }, asked).catch(async (error: unknown) => {
    // A statement that fails on a column that is gone is explained by what has become of the tables.
    if (isFailure(error) && mayBeDrift(error)) await context.schema.check(context.database)
    throw error
  })
  if (done === undefined) return true
  await arrive(context, plan, journey, done)
  return done.isLast
}

const driftCodes: ReadonlySet<string> = new Set([
  databaseErrors.COLUMN_MISSING.code,
  databaseErrors.TABLE_MISSING.code,
  databaseErrors.QUERY_FAILED.code,
])

function mayBeDrift({ code }: Failure): boolean {
  return driftCodes.has(code)
}

const keptReasons = 100

async function arrive(context: RunContext, plan: RunPlan, journey: Journey, done: Done): Promise<void> {
  context.pacer.end()
  await context.onStep('committed')
  const rowsBefore = rowsOf(context, journey)
  journey.cursor = done.to
  journey.counts = addCounts(journey.counts, done.counts)
  // A dry run leaves nothing behind that statistics could show. What is wrong with a table the next batch says.
  if (context.checkpoint !== undefined && isOverdue(rowsBefore, rowsOf(context, journey)))
    await refreshStatistics(context.database, context.mapping).catch(() => {})
  journey.quarantined += done.refused.length
  journey.refused = [...journey.refused, ...done.refused].slice(0, keptReasons)
  journey.rowsRemaining = Math.max(0, journey.rowsRemaining - done.counts.rows)
  if (done.atSeconds - journey.estimatedAtSeconds >= 1) {
    journey.estimatedAtSeconds = done.atSeconds
    await estimate(context, plan, journey)
  }
  tell(context, plan, journey, done)
  requireFew(context, plan, journey, done)
  await context.onStep('reported')
}

/** Rows done, by the runs before this one too. */
function rowsOf({ checkpoint }: RunContext, { counts }: Journey): number {
  return (checkpoint?.counts.rows ?? 0) + counts.rows
}

async function estimate(context: RunContext, plan: RunPlan, journey: Journey): Promise<void> {
  const span = { after: journey.cursor, upTo: plan.upTo }
  journey.rowsRemaining = await estimateRows(context.database, context.mapping, span)
}

function tell(context: RunContext, plan: RunPlan, journey: Journey, { atSeconds }: Done): void {
  const { rowsRemaining, quarantined } = journey
  const rowsDone = rowsOf(context, journey)
  journey.samples = withSample(journey.samples, { atSeconds, rowsDone, rowsRemaining })
  const { throttle } = context.pacer
  plan.onProgress({
    mapping: context.mapping.name,
    quarantined,
    throttle,
    ...progressOf(journey.samples),
  })
}

const judgedFromRows = 100

/** Errors: BACKFILL.TOO_MANY_QUARANTINED. */
function requireFew(context: RunContext, plan: RunPlan, journey: Journey, { refused }: Done): void {
  const { quarantined } = journey
  const { rows } = journey.counts
  const limitPercent = plan.maxQuarantinedPercent
  if (refused.length === 0 || rows < judgedFromRows || quarantined * 100 <= rows * limitPercent) return
  const mostly = refused.at(-1)?.why ?? ''
  throw errors.TOO_MANY_QUARANTINED({
    mapping: context.mapping.name,
    quarantined,
    rows,
    limitPercent,
    mostly,
  })
}
