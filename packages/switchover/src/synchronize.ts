import { bulkhead } from 'cockatiel'
import { errors } from './errors.ts'
import type { Json } from './notes.ts'
import { payKey, type Payment } from './pay.ts'
import { reasonOf } from './side-call.ts'
import { otherSide, type Side } from './side.ts'
import { withWhole } from './standing.ts'
import type { Workshop } from './workshop.ts'

/** From legacy to the target, or back. */
export type Direction = 'forward' | 'backward'

/** What a run has come to. Keys that failed are owed: they stay readable where they are, and `repair` tries them again. */
export interface SyncReport {
  readonly direction: Direction
  /** Keys that were looked at. */
  readonly total: number
  readonly copied: number
  /** Taken from the other side, since they were gone where they came from. */
  readonly removed: number
  readonly failed: number
  /** The first hundred of them. */
  readonly failures: readonly { readonly key: string; readonly why: string }[]
  /** Whether it reached the end. */
  readonly isDone: boolean
  /** Whether the other side now has everything, so that it may lead. */
  readonly isWhole: boolean
}

export interface SyncOptions {
  /** Keys at once; 4 unless given. */
  readonly concurrency?: number
  /** Keys between two checkpoints; 100 unless given. */
  readonly pageKeys?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (report: SyncReport) => void
}

interface Checkpoint {
  /** First every key of the side they come from, then what the other side has and that one has not. */
  readonly pass: 'copy' | 'remove'
  readonly after: string | null
  /** The gaps of the side that is filled, when the run began. */
  readonly gaps: number
  readonly total: number
  readonly copied: number
  readonly removed: number
  readonly failed: number
  readonly failures: readonly { readonly key: string; readonly why: string }[]
}

const keptFailures = 100

/**
 * Copies one key, whatever both sides say of it.
 *
 * Errors: SWITCHOVER.SOURCE_BEHIND; those of the ledger. A store that fails is an outcome.
 */
export async function synchronizeKey(shop: Workshop, key: string, direction: Direction): Promise<Payment> {
  const from = sourceSide(shop, direction)
  // As a write that changes nothing: whoever writes the key meanwhile is seen, and the key is copied again.
  const ticket = await shop.outbox.begin(key, from)
  await shop.outbox.owe(ticket)
  return await payKey(shop, key)
}

/**
 * Copies every key, page by page, and removes what is gone. After each page it makes a checkpoint: the next run goes on there.
 * When it reaches the end, and no write has left the other side out since it began, that side is whole and may lead.
 *
 * Errors: SWITCHOVER.SOURCE_BEHIND; those of the ledger, and of the stores when they are asked for keys.
 */
export async function synchronizeAll(
  shop: Workshop,
  direction: Direction,
  options: SyncOptions = {},
): Promise<SyncReport> {
  const from = sourceSide(shop, direction)
  const name = `synchronize ${direction}`
  const gaps = shop.control.note().gaps[otherSide(from)]
  let checkpoint = resumed(await shop.notes.read(name), gaps)
  for (;;) {
    if (options.signal?.aborted === true)
      return reportOf(direction, checkpoint, { isDone: false, isWhole: false })
    const next = await page(shop, from, checkpoint, options)
    if (next === undefined) break
    checkpoint = next
    await shop.notes.change(name, () => toJson(next))
    options.onProgress?.(reportOf(direction, checkpoint, { isDone: false, isWhole: false }))
  }
  await shop.notes.change(name, () => null)
  const to = otherSide(from)
  // A process that leaves the other side out is no judge of it.
  const { replica } = await shop.control.current()
  if (replica !== undefined) await shop.control.change((old) => withWhole(old, to, gaps))
  return reportOf(direction, checkpoint, { isDone: true, isWhole: shop.control.note().isWhole[to] })
}

function sourceSide({ control, name }: Workshop, direction: Direction): Side {
  const from = direction === 'forward' ? 'legacy' : 'target'
  if (!control.note().isWhole[from]) throw errors.SOURCE_BEHIND({ switchover: name, from })
  return from
}

/** The next page done; undefined after the last. */
async function page(
  shop: Workshop,
  from: Side,
  checkpoint: Checkpoint,
  { concurrency = 4, pageKeys = 100 }: SyncOptions,
): Promise<Checkpoint | undefined> {
  const listed = shop.stores[checkpoint.pass === 'copy' ? from : otherSide(from)]
  const keys = await listed.keys(checkpoint.after ?? undefined, pageKeys)
  const last = keys.at(-1)
  if (last === undefined)
    return checkpoint.pass === 'copy' ? { ...checkpoint, pass: 'remove', after: null } : undefined
  const lane = bulkhead(concurrency, Number.POSITIVE_INFINITY)
  const done = await Promise.all(
    keys.map((key) => lane.execute(async () => [key, await one(shop, from, checkpoint.pass, key)] as const)),
  )
  return done.reduce(counted, { ...checkpoint, after: last })
}

/** Undefined for a key of the second pass that is on both sides. */
async function one(
  shop: Workshop,
  from: Side,
  pass: Checkpoint['pass'],
  key: string,
): Promise<Payment | undefined> {
  try {
    if (pass === 'remove' && (await shop.stores[from].load(key)) !== undefined) return undefined
    return await synchronizeKey(shop, key, from === 'legacy' ? 'forward' : 'backward')
  } catch (error) {
    return { status: 'failed', error }
  }
}

function counted(checkpoint: Checkpoint, [key, payment]: readonly [string, Payment | undefined]): Checkpoint {
  if (payment === undefined) return checkpoint
  const total = checkpoint.total + 1
  switch (payment.status) {
    case 'paid':
      return { ...checkpoint, total, [payment.what]: checkpoint[payment.what] + 1 }
    case 'busy':
      // It is being written: whoever writes it sees that it is owed.
      return { ...checkpoint, total, copied: checkpoint.copied + 1 }
    case 'failed': {
      const failures = [...checkpoint.failures, { key, why: reasonOf(payment.error) }]
      return {
        ...checkpoint,
        total,
        failed: checkpoint.failed + 1,
        failures: failures.slice(0, keptFailures),
      }
    }
  }
}

/** Where the last run stopped, unless the side that is filled was left out of a write since. */
function resumed(stored: Json | undefined, gaps: number): Checkpoint {
  const old = stored as unknown as Checkpoint | null | undefined // nobody else writes it
  if (old && old.gaps === gaps) return old
  return { pass: 'copy', after: null, gaps, total: 0, copied: 0, removed: 0, failed: 0, failures: [] }
}

function toJson(checkpoint: Checkpoint): Json {
  return checkpoint as unknown as Json // it holds nothing else
}

function reportOf(
  direction: Direction,
  { total, copied, removed, failed, failures }: Checkpoint,
  end: Pick<SyncReport, 'isDone' | 'isWhole'>,
): SyncReport {
  return { direction, total, copied, removed, failed, failures, ...end }
}
