import type { Side } from './side.ts'

/** How long a writer or a copier is thought to be at work before it counts as dead. */
export const holdMs = 60_000

/**
 * A write under way. While there is an entry for a key, the sides may differ in it, and `source` has the truth.
 */
export interface Ticket {
  readonly key: string
  /** The side that everybody reads and writes this key on, until the other one is equal again. */
  readonly source: Side
  readonly version: bigint
  /** Whether nobody else is at work on the key and nothing older is owed: it may be written to the other side at once. */
  readonly isAlone: boolean
}

/** The right to copy one key, for `holdMs`. */
export interface Claim {
  readonly key: string
  readonly source: Side
  readonly version: bigint
}

/** How much is owed to each side. */
export interface OwedTotals {
  readonly legacy: number
  readonly target: number
  /** Seconds since the oldest was owed; 0 where nothing is. */
  readonly oldestSeconds: number
}

/** One key that is owed, for a report. */
export interface Owed {
  readonly key: string
  /** The side that lacks it. */
  readonly towards: Side
  readonly attempts: number
  readonly why: string | undefined
}

/**
 * What the second write owes: at most one entry for each key, made before the authority is written and gone when both sides
 * are equal. So a crash between the two writes leaves the entry behind, and a later write finds it.
 *
 * Entries hold no values. What is owed is paid by copying what `source` says by then: an older write cannot overtake a later
 * one. Each method is one atomic step, for all processes that share the outbox.
 */
export interface Outbox {
  /** Begins a write: makes an entry with this source, or joins the one that is there, whose source holds. */
  begin(key: string, source: Side): Promise<Ticket>
  /** Joins the entry of a key; undefined where there is none. */
  join(key: string): Promise<Ticket | undefined>
  /** The side that has the truth of a key; undefined where both do. */
  sourceOf(key: string): Promise<Side | undefined>
  /** Makes the other side the source: only for a writer who is alone still. False where it is not. */
  turn(ticket: Ticket, source: Side): Promise<boolean>
  /** Ends a write after which both sides are equal: forgets the entry, unless somebody has joined it. */
  settle(ticket: Ticket): Promise<void>
  /** Ends a write after which the other side is owed. `isLast` where nobody else is at work on the key. */
  owe(ticket: Ticket, why?: string): Promise<{ readonly isLast: boolean }>

  /** Takes the right to copy a key; undefined where somebody is at work on it, or nothing is owed. */
  claim(key: string): Promise<Claim | undefined>
  /** Forgets the entry, unless a write has begun since the claim; gives the claim back then. */
  pay(claim: Claim): Promise<boolean>
  /** Gives the claim back, with the reason. */
  giveBack(claim: Claim, why: string): Promise<void>
  /** Keys that can be copied now, those with the fewest attempts and the oldest first. */
  due(limit: number): Promise<readonly Owed[]>
  totals(): Promise<OwedTotals>
}
