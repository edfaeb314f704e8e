import { type Database, type RetryOptions, retrying, type Transaction } from '@changeover/database'
import type { Key } from '@changeover/sync'
import { advanceCheckpoint, type Checkpoint, holdCheckpoint, type Place } from './checkpoint.ts'
import { readPage, type Span } from './key-pages.ts'
import type { Pacer } from './pacer.ts'
import { addToQuarantine } from './quarantine.ts'
import { rolledBack } from './rolled-back.ts'
import { type RangeWriter, type Written, writeRange } from './write-range.ts'

/** Where a run is: `fenced`, `written` and `recorded` are inside the batch's transaction, the others outside. */
export type Step = 'begin' | 'fenced' | 'written' | 'recorded' | 'committed' | 'reported'

/** What the batches of one run share. Without a checkpoint it is a dry run: every transaction is rolled back. */
export interface BatchContext extends Place, RangeWriter {
  readonly database: Database
  readonly checkpoint: Checkpoint | undefined
  readonly batchRows: number
  readonly lockTimeoutMs: number
  readonly retry: RetryOptions
  readonly pacer: Pacer
  readonly onStep: (step: Step) => void | Promise<void>
}

/** A batch that is done: the cursor moves to `to`. Units: the time of the database, in seconds. */
export interface Done extends Written {
  readonly to: Key
  /** Whether the span has no row behind it. */
  readonly isLast: boolean
  readonly atSeconds: number
}

export interface Asked extends Span {
  /** Before this batch, by estimate. */
  readonly rowsRemaining: number
}

/**
 * Does the next batch of a span in one transaction: hold the checkpoint, find the end of the batch, write the range, check that
 * the tables are still the same, quarantine what was refused, move the cursor. All of it or nothing; undefined for an empty span.
 */
export async function doBatch(context: BatchContext, asked: Asked): Promise<Done | undefined> {
  const work = async (tx: Transaction): Promise<Done | undefined> => {
    context.pacer.begin()
    await tx.query(`SELECT set_config('lock_timeout', $1, true)`, [`${context.lockTimeoutMs}ms`])
    if (context.checkpoint !== undefined) await holdCheckpoint(tx, context.checkpoint, asked.after)
    await context.onStep('fenced')
    const page = await readPage(tx, context.mapping, asked, context.batchRows)
    if (page === undefined) return undefined
    const written = await writeRange(context, tx, asked.after, page)
    await context.onStep('written')
    await context.schema.check(tx)
    await context.pacer.look(tx, page.rows)
    const atSeconds = await record(context, tx, asked, page.last, written)
    await context.onStep('recorded')
    return { ...written, to: page.last, isLast: page.rows < context.batchRows, atSeconds }
  }
  const run = context.checkpoint === undefined ? rolledBack<Done | undefined> : retrying<Done | undefined>
  // Every statement must see what was committed while it waited for a lock.
  return run(context.database, work, { ...context.retry, isolation: 'read committed' })
}

async function record(
  context: BatchContext,
  tx: Transaction,
  asked: Asked,
  to: Key,
  { counts, refused }: Written,
): Promise<number> {
  if (context.checkpoint === undefined) return readClock(tx)
  await addToQuarantine(tx, context, refused)
  const rowsRemaining = Math.max(0, asked.rowsRemaining - counts.rows)
  const { throttle } = context.pacer
  return advanceCheckpoint(tx, context.checkpoint, { from: asked.after, to, counts, rowsRemaining, throttle })
}

async function readClock(tx: Transaction): Promise<number> {
  const { rows } = await tx.query<{ atSeconds: number }>(
    'SELECT extract(epoch FROM clock_timestamp())::float8 AS "atSeconds"',
  )
  return rows[0]?.atSeconds ?? 0
}
