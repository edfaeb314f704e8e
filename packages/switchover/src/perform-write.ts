import type { Operation } from './operation.ts'
import { holdMs, type Ticket } from './outbox.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { payKey } from './pay.ts'
import { reasonOf, type SideCall } from './side-call.ts'
import { otherSide, type Side } from './side.ts'
import type { Standing } from './standing.ts'
import type { Workshop } from './workshop.ts'

/** A write that has been answered, and what goes on behind the caller's back. */
export interface Written {
  readonly authority: Side
  /** What the caller is given. */
  readonly answer: Outcome<unknown>
  /** The second write; undefined where there is none. */
  readonly second: Promise<Outcome<unknown>> | undefined
}

interface Writing {
  readonly operation: Operation
  readonly name: string
  readonly args: readonly unknown[]
  readonly standing: Standing
  /** The entry in the outbox; undefined where one side alone is written and nothing is owed. */
  readonly ticket: Ticket | undefined
  readonly isRecorded: boolean
  readonly begunAt: number
}

/**
 * Writes to the side that has the truth of the key and answers at once; the other side follows. What it is owed is in the
 * outbox before the first write, so that neither a crash nor a failure loses it.
 */
export async function performWrite(
  shop: Workshop,
  name: string,
  operation: Operation,
  args: readonly unknown[],
): Promise<Written> {
  const writing = await begin(shop, name, operation, args)
  const authority = writing.ticket?.source ?? writing.standing.authority
  const fallsBack = mayFallBack(writing, authority)
  const first = ask(shop, writing, authority, fallsBack)
  const answer = await outcomeOf(first.answer)
  if (answer.status === 'answered') {
    await admit(shop, writing)
    const second = follow(shop, writing, authority, first)
    return { authority, answer, second }
  }
  const error = answer.status === 'failed' ? answer.error : undefined
  if (fallsBack && !shop.isRefusal(error)) {
    const instead = await fallBack(shop, writing, first, error)
    if (instead) return instead
  }
  shop.background(afterFailure(shop, writing, first, error))
  return { authority, answer, second: undefined }
}

/** The entry first. Where the ledger is silent, the authority alone is written, and the other side counts as behind. */
async function begin(
  shop: Workshop,
  name: string,
  operation: Operation,
  args: readonly unknown[],
): Promise<Writing> {
  const standing = await shop.control.current()
  const key = operation.key(args)
  const { outbox, control } = shop
  const begunAt = performance.now()
  let asked: Promise<Ticket | undefined> | undefined
  const entry = await outcomeOf(
    shop.patience(() => {
      asked = standing.replica === undefined ? outbox.join(key) : outbox.begin(key, standing.authority)
      return asked
    }),
  )
  const isRecorded = entry.status === 'answered'
  const behind = () => control.leaveOut(otherSide(standing.authority))
  if (!isRecorded && asked === undefined) behind()
  // The ledger may have been slow only: what it has noted after all is owed.
  else if (!isRecorded) shop.background(oweLate(shop, asked, behind))
  return {
    operation,
    name,
    args,
    standing,
    ticket: isRecorded ? entry.answer : undefined,
    isRecorded,
    begunAt,
  }
}

async function oweLate(
  { outbox }: Workshop,
  asked: Promise<Ticket | undefined> | undefined,
  behind: () => void,
): Promise<void> {
  try {
    const late = await asked
    if (late) await outbox.owe(late, 'the ledger was slow')
  } catch {
    behind()
  }
}

function ask(
  shop: Workshop,
  { operation, name, args, standing }: Writing,
  side: Side,
  mayRest: boolean,
): SideCall<unknown> {
  return shop.calls.call({
    side,
    operation: name,
    run: () => operation.sides[side](args),
    isTimed: standing.monitoring,
    mayRest,
  })
}

/**
 * A write that began while the other side was left out, and ends when it no longer is, is owed: whoever has copied the key
 * meanwhile may not have seen it.
 */
async function admit(
  shop: Workshop,
  { operation, args, standing, ticket, isRecorded }: Writing,
): Promise<void> {
  if (ticket !== undefined || !isRecorded || shop.control.isStill(standing.mode)) return
  const { authority } = standing
  try {
    await shop.patience(async () => {
      const late = await shop.outbox.begin(operation.key(args), authority)
      await shop.outbox.owe(late, 'it began before both sides were written')
    })
  } catch {
    shop.control.leaveOut(otherSide(authority))
  }
}

/** The second write, by whoever is alone on the key. Otherwise the last one out has the key copied. */
function follow(
  shop: Workshop,
  writing: Writing,
  written: Side,
  first: SideCall<unknown>,
): Promise<Outcome<unknown>> | undefined {
  const { ticket, name } = writing
  if (ticket === undefined) return undefined
  const towards = otherSide(written)
  if (!ticket.isAlone || isOverdue(writing)) {
    const reason = 'an earlier write of this key is not over'
    shop.monitor.tell({ type: 'owed', operation: name, towards, reason })
    const left = leave(shop, writing, ticket, reason)
    shop.background(left)
    return left.then(() => ({ status: 'skipped', reason }))
  }
  const second = ask(shop, writing, towards, true)
  const outcome = outcomeOf(second.answer)
  shop.background(conclude(shop, writing, ticket, outcome, [first, second]))
  return outcome
}

/** Ends the write when both implementations have really ended: nobody copies the key while one of them may still write. */
async function conclude(
  shop: Workshop,
  writing: Writing,
  ticket: Ticket,
  second: Promise<Outcome<unknown>>,
  calls: readonly SideCall<unknown>[],
): Promise<void> {
  const outcome = await second
  if (outcome.status === 'failed')
    shop.monitor.tell({
      type: 'owed',
      operation: writing.name,
      towards: otherSide(ticket.source),
      reason: reasonOf(outcome.error),
    })
  await Promise.all(calls.map(({ ended }) => ended))
  if (outcome.status === 'answered') await end(writing, () => shop.outbox.settle(ticket))
  else await leave(shop, writing, ticket, outcome.status === 'failed' ? reasonOf(outcome.error) : undefined)
}

/** The authority has failed. Whether it has written is not known, unless it refused: the other side is owed whatever it says. */
async function afterFailure(
  shop: Workshop,
  writing: Writing,
  first: SideCall<unknown>,
  error: unknown,
): Promise<void> {
  const { ticket } = writing
  await first.ended
  if (ticket === undefined) return
  if (ticket.isAlone && shop.isRefusal(error)) await end(writing, () => shop.outbox.settle(ticket))
  else await leave(shop, writing, ticket, reasonOf(error))
}

async function leave(
  shop: Workshop,
  writing: Writing,
  ticket: Ticket,
  why: string | undefined,
): Promise<void> {
  await end(writing, async () => {
    const { isLast } = await shop.outbox.owe(ticket, why)
    if (isLast && !shop.calls.isResting(otherSide(ticket.source))) await payKey(shop, ticket.key)
  })
}

/** Past its time a writer counts as dead, and its entry may be another's. A ledger that fails now leaves the entry: it is owed. */
async function end(writing: Writing, how: () => Promise<unknown>): Promise<void> {
  if (isOverdue(writing)) return
  try {
    await how()
  } catch {
    // The entry stays, and is repaired when its time is over.
  }
}

function isOverdue({ begunAt }: Writing): boolean {
  return performance.now() - begunAt > holdMs * 0.9
}

/** From the target to legacy, and only where legacy has everything of the key, so that the write loses nothing. */
function mayFallBack({ standing, ticket }: Writing, authority: Side): boolean {
  return (
    authority === 'target' &&
    standing.mode === 'target-leads' &&
    standing.isWhole.legacy &&
    ticket?.isAlone === true
  )
}

/** Writes to legacy instead, which has the truth of this key from then on, until the target is equal again. */
async function fallBack(
  shop: Workshop,
  writing: Writing,
  first: SideCall<unknown>,
  error: unknown,
): Promise<Written | undefined> {
  const { ticket, name } = writing
  if (ticket === undefined || !(await shop.control.refresh())) return undefined
  // Asked anew: since the write began, another process may have begun to leave legacy out.
  if (!shop.control.note().isWhole.legacy) return undefined
  const turned = await outcomeOf(shop.patience(() => shop.outbox.turn(ticket, 'legacy')))
  if (turned.status !== 'answered' || !turned.answer) return undefined
  shop.monitor.tell({ type: 'fallback', operation: name, from: 'target', reason: reasonOf(error) })
  const instead = ask(shop, writing, 'legacy', false)
  const answer = await outcomeOf(instead.answer)
  const now = { ...ticket, source: 'legacy' } as const
  const over = Promise.all([first.ended, instead.ended])
  shop.background(over.then(() => leave(shop, writing, now, reasonOf(error))))
  if (answer.status === 'answered') return { authority: 'legacy', answer, second: undefined }
  return { authority: 'target', answer: { status: 'failed', error }, second: undefined }
}
