import type { Transaction } from '@changeover/database'
import { type Failure, isFailure } from '@changeover/errors'
import type { Mapping } from '@changeover/mapping'
import type { HeldValues, Key, Sync, SyncResult } from '@changeover/sync'
import { addCounts, type Counts, countsOf, noCounts } from './counts.ts'
import { judgeFailure } from './judge-failure.ts'
import { type Page, readPage } from './key-pages.ts'
import { type Reason, reasonOfFailure, reasonOfRefusal } from './quarantine.ts'
import type { SchemaWatch } from './schema-watch.ts'

export interface RangeWriter {
  readonly sync: Sync
  readonly mapping: Mapping
  readonly heldValues: HeldValues
  readonly schema: SchemaWatch
}

/** What was written, and which rows could not be. */
export interface Written {
  readonly counts: Counts
  readonly refused: readonly Reason[]
}

const nothing: Written = { counts: noCounts, refused: [] }

/**
 * Syncs the rows after a key up to the end of a page, in the caller's transaction. Where the database refuses one of them, the
 * range is halved, each attempt under a savepoint, until that row is alone; everything else is written.
 *
 * Cost: one attempt, and about log2(rows) more for each row that the database refuses.
 * Errors: BACKFILL.SCHEMA_CHANGED; DATABASE.* for what no smaller range could mend.
 */
export async function writeRange(
  writer: RangeWriter,
  tx: Transaction,
  after: Key | undefined,
  page: Page,
): Promise<Written> {
  const result = await attempt(writer, tx, after, page.last)
  if (isFailure(result)) return divide(writer, tx, after, page, result)
  const refused = result.refused.map(reasonOfRefusal)
  return { counts: countsOf(result.keys.length, result), refused }
}

/** Writes a range that was just refused as a whole. */
async function divide(
  writer: RangeWriter,
  tx: Transaction,
  after: Key | undefined,
  page: Page,
  failure: Failure,
): Promise<Written> {
  await writer.schema.check(tx)
  if (page.rows <= 1) {
    if (judgeFailure(failure) === 'size') throw failure
    return { counts: { ...noCounts, rows: 1 }, refused: [reasonOfFailure(page.last, failure)] }
  }
  const half = await readPage(tx, writer.mapping, { after, upTo: page.last }, Math.floor(page.rows / 2))
  if (half === undefined) return nothing
  const first = await writeRange(writer, tx, after, half)
  const rest: Page = { last: page.last, rows: page.rows - half.rows }
  // Where the first half gave no offence, the rest must: it is not tried as a whole unless it is the row itself.
  const isKnownBad = rest.rows > 1 && first.refused.every(({ rule }) => rule !== null)
  const second = isKnownBad
    ? await divide(writer, tx, half.last, rest, failure)
    : await writeRange(writer, tx, half.last, rest)
  return add(first, second)
}

/** Gives the failure where the rows are to blame, and leaves the transaction as it was before. */
async function attempt(
  { sync, mapping, heldValues }: RangeWriter,
  tx: Transaction,
  after: Key | undefined,
  upTo: Key,
): Promise<Failure | (SyncResult & { readonly keys: readonly Key[] })> {
  await tx.query('SAVEPOINT changeover_range')
  try {
    const result = await sync.batch(tx, mapping, 'forward', { ...(after && { after }), upTo }, { heldValues })
    // A deferred constraint is to speak here, not at the commit.
    await tx.query('SET CONSTRAINTS ALL IMMEDIATE; RELEASE SAVEPOINT changeover_range')
    return result
  } catch (error) {
    if (!isFailure(error) || judgeFailure(error) === 'environment') throw error
    await tx.query('ROLLBACK TO SAVEPOINT changeover_range; RELEASE SAVEPOINT changeover_range')
    return error
  }
}

function add(left: Written, right: Written): Written {
  return {
    counts: { ...addCounts(left.counts, right.counts), batches: 1 },
    refused: [...left.refused, ...right.refused],
  }
}
