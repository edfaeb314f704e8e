import type { Difference } from './difference.ts'
import type { Outcome } from './outcome.ts'

/** Both sides of one probe. */
export interface Pair {
  readonly control: Outcome
  readonly candidate: Outcome
}

/**
 * Asks both sides the same. `isAgainstItself`: an A/A probe, in which the control stands for the candidate, too, so that
 * what still differs is noise. A difference is asked for once more before it counts. A probe that outlives its deadline is aborted by the signal.
 */
export type Probe = (isAgainstItself: boolean, signal: AbortSignal) => Promise<Pair>

/**
 * same · different · candidate-failed: only the control answered · control-failed: only the candidate answered ·
 * both-failed · timed-out: no answers within the deadline · not-compared: the comparison or the probe itself failed.
 */
export type Verdict =
  | 'same'
  | 'different'
  | 'candidate-failed'
  | 'control-failed'
  | 'both-failed'
  | 'timed-out'
  | 'not-compared'

/** What was seen of one probe. */
export interface Observation {
  readonly operation: string
  /** Whether the control was compared with itself. */
  readonly isAgainstItself: boolean
  readonly verdict: Verdict
  readonly differences: readonly Difference[]
  /** Absent where a side did not end. */
  readonly controlMs?: number
  readonly candidateMs?: number
  /** What failed, by its class and code, without its message, which may hold values. */
  readonly error?: string
}
