import { healthBounds, type SwitchoverHealth } from './health.ts'

/** When health alone takes the lead from the target. */
export interface AutomaticRollbackOptions {
  /** Calls in the window before it is judged; 20 unless given. */
  readonly minOperations?: number
  /** How long it has to be critical without recovering; 10 s unless given. */
  readonly sustainMs?: number
}

export type GuardState = 'armed' | 'suspicious' | 'tripped'

/** Watches health, and says once when it is time. */
export interface Guard {
  /** True at the moment in which it trips. */
  judge(health: SwitchoverHealth): boolean
  state(): GuardState
  /** Begins anew. */
  rearm(): void
}

/**
 * Trips where the score has been critical, through the target's errors more than legacy's, and has not been healthy since
 * for so long. A mere warning neither trips it nor clears the suspicion: around the bound it does not flap. Once it has
 * tripped it stays so until it is armed again.
 */
export function createGuard(
  { minOperations = 20, sustainMs = 10_000 }: AutomaticRollbackOptions = {},
  now: () => number = () => performance.now(),
): Guard {
  let state: GuardState = 'armed'
  let suspiciousSince = 0
  return {
    judge({ operations, score, status, lost }) {
      if (state === 'tripped' || operations < minOperations) return false
      if (score > healthBounds.healthy) state = 'armed'
      // Where legacy fails more than the target, going back to it would make things worse.
      if (status !== 'critical' || lost.target <= lost.legacy) return false
      if (state === 'armed') {
        state = 'suspicious'
        suspiciousSince = now()
      }
      if (now() - suspiciousSince < sustainMs) return false
      state = 'tripped'
      return true
    },
    state: () => state,
    rearm() {
      state = 'armed'
    },
  }
}
