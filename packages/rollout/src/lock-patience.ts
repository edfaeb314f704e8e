import type { Blocker } from './blockers.ts'

/** How long the next attempt at a lock waits in the queue, and how long nobody is kept waiting before it. */
export interface LockAttempt {
  readonly waitMs: number
  readonly pauseMs: number
}

export interface LockPatience {
  /** What the first attempt waits. */
  readonly shortestMs: number
  /** What no attempt exceeds: as long may new holders have to wait behind it. */
  readonly longestMs: number
}

const longestPause = 10

/**
 * What follows an attempt that failed. Pure.
 *
 * Where holders come and go, each longer than an attempt, only a longer one gets the lock: those who come later queue behind it.
 * For a holder that is older than any attempt may be, waiting in the queue longer is a gamble with the time of everybody else:
 * the attempts stay short, and become rare.
 */
export function nextAttempt(
  last: LockAttempt,
  blockers: readonly Pick<Blocker, 'ageSeconds'>[],
  { shortestMs, longestMs }: LockPatience,
): LockAttempt {
  if (blockers.some((each) => isOlderThan(each, longestMs)))
    return {
      waitMs: shortestMs,
      pauseMs: Math.min(Math.max(last.pauseMs, shortestMs) * 2, shortestMs * longestPause),
    }
  return { waitMs: Math.min(last.waitMs * 2, longestMs), pauseMs: 0 }
}

/** Whether a holder's transaction is older than that; one of unknown age may be. */
export function isOlderThan({ ageSeconds }: Pick<Blocker, 'ageSeconds'>, limitMs: number): boolean {
  return ageSeconds === null || ageSeconds * 1_000 > limitMs
}
