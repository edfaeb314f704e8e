import type { Operation } from './operation.ts'
import { type Outcome, outcomeOf } from './outcome.ts'
import { reasonOf } from './side-call.ts'
import { otherSide, type Side } from './side.ts'
import type { Standing } from './standing.ts'
import type { Workshop } from './workshop.ts'

/** What a read is: which operation, with what, by what, and who has the truth of its key. */
interface Reading {
  readonly operation: Operation
  readonly name: string
  readonly args: readonly unknown[]
  readonly standing: Standing
  readonly authority: Side
  /** Whether both sides have everything of the key. */
  readonly isEven: boolean
}

/**
 * Reads from the authority. From legacy instead, where the target fails, legacy is written too, lacks nothing, and nothing is
 * owed for the key: a fallback that cannot answer with something older than an acknowledged write.
 */
export async function performRead(
  shop: Workshop,
  name: string,
  operation: Operation,
  args: readonly unknown[],
): Promise<unknown> {
  const reading = await readingOf(shop, name, operation, args)
  const fallsBack = mayFallBack(reading)
  try {
    const answer = await ask(shop, reading, reading.authority, fallsBack).answer
    if (mayCompare(reading)) shop.comparison?.observe(name, operation, args, reading.authority)
    return answer
  } catch (error) {
    if (!fallsBack || shop.isRefusal(error) || !(await isLegacyWhole(shop))) throw error
    shop.monitor.tell({ type: 'fallback', operation: name, from: reading.authority, reason: reasonOf(error) })
    const second = await outcomeOf(ask(shop, reading, otherSide(reading.authority), false).answer)
    if (second.status === 'answered') return second.answer
    throw error
  }
}

/** Asked anew: since the call began, another process may have begun to leave legacy out. */
async function isLegacyWhole({ control }: Workshop): Promise<boolean> {
  return (await control.refresh()) && control.note().isWhole.legacy
}

/** Reads from both sides at once and waits for both. */
export async function readBoth(
  shop: Workshop,
  name: string,
  operation: Operation,
  args: readonly unknown[],
): Promise<BothRead> {
  const reading = await readingOf(shop, name, operation, args)
  const { standing, authority } = reading
  if (standing.replica === undefined) {
    const only = await outcomeOf(ask(shop, reading, authority, false).answer)
    const skipped = { status: 'skipped', reason: standing.mode } as const
    return authority === 'legacy'
      ? { authority, legacy: only, target: skipped }
      : { authority, legacy: skipped, target: only }
  }
  const [legacy, target] = await Promise.all([
    outcomeOf(ask(shop, reading, 'legacy', false).answer),
    outcomeOf(ask(shop, reading, 'target', false).answer),
  ])
  return { authority, legacy, target }
}

interface BothRead {
  readonly authority: Side
  readonly legacy: Outcome<unknown>
  readonly target: Outcome<unknown>
}

async function readingOf(
  shop: Workshop,
  name: string,
  operation: Operation,
  args: readonly unknown[],
): Promise<Reading> {
  const standing = await shop.control.current()
  const key = operation.key(args)
  // Without the ledger's answer the mode's authority is asked, and no fallback: whether one may is not known.
  const source = await outcomeOf(shop.patience(() => shop.outbox.sourceOf(key)))
  const owed = source.status === 'answered' ? source.answer : undefined
  return {
    operation,
    name,
    args,
    standing,
    authority: owed ?? standing.authority,
    isEven: source.status === 'answered' && owed === undefined,
  }
}

function mayFallBack({ standing, isEven }: Reading): boolean {
  return isEven && standing.mode === 'target-leads' && standing.isWhole.legacy
}

/** Whether the other side has to say the same: it is written, lacks nothing, and nothing is owed for the key. */
function mayCompare({ standing, authority, isEven }: Reading): boolean {
  return isEven && standing.replica !== undefined && standing.isWhole[otherSide(authority)]
}

function ask(shop: Workshop, { operation, name, args, standing }: Reading, side: Side, mayRest: boolean) {
  return shop.calls.call({
    side,
    operation: name,
    run: () => operation.sides[side](args),
    isTimed: standing.monitoring,
    mayRest,
  })
}
