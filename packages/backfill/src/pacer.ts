import type { Transaction } from '@changeover/database'
import { lookAgain, type Signals, type Throttle, type ThrottleState, unthrottled } from './throttle.ts'

/** How fast a run goes. */
export interface Pace {
  /** Rows of a batch at most; 5,000 unless given. */
  readonly batchRows?: number
  /** Rest between two batches at least; none unless given. */
  readonly pauseMs?: number
  /** `yielding` unless given: watches what else the server does, and rests for it. `full` looks at nobody. */
  readonly speed?: 'yielding' | 'full'
}

/** Paces the batches of one run. `begin`, `look` and `end` belong to one batch; a batch that is begun again begins again here. */
export interface Pacer {
  /** Of the batch that stands before. */
  batchRows(): number
  begin(): void
  /** At the end of a batch, in its transaction. */
  look(tx: Transaction, rows: number): Promise<void>
  end(): void
  /** Between the batch that has ended and the next one; asked again while it rests. */
  restMs(): number
  readonly throttle: Throttle | null
}

export interface PacerOptions {
  readonly pace: () => Required<Pace>
  /** Whatever the pace allows. */
  readonly mostRows: number
  readonly nowMs: () => number
  /** Undefined where the server does not tell. */
  readonly readSignals: (tx: Transaction) => Promise<Omit<Signals, 'slowdown'> | undefined>
}

// So long is a batch to be: beside others they wait for it, alone each one costs some round trips.
const alone = { targetMs: 250 }
const besideOthers = { targetMs: 40 }
const firstRows = 500
const leastRows = 20
const longestRestMs = 2_000

/** A pacer that has seen nothing yet: it begins with a small batch at full speed. */
export function createPacer({ pace, mostRows, nowMs, readSignals }: PacerOptions): Pacer {
  let state: ThrottleState = unthrottled
  let wantedRows = firstRows
  let begunMs = 0
  let lastMs = 0
  const best = bestTimes()
  const isYielding = () => pace().speed === 'yielding'
  return {
    batchRows: () =>
      Math.min(pace().batchRows, mostRows, isYielding() ? wantedRows : Number.POSITIVE_INFINITY),
    begin() {
      begunMs = nowMs()
    },
    async look(tx, rows) {
      if (!isYielding()) {
        state = unthrottled
        return
      }
      const tookMs = Math.max(nowMs() - begunMs, 0.1)
      const slowdown = best.slowdownOf(rows, tookMs)
      const seen = await readSignals(tx)
      state = lookAgain(state, seen && { ...seen, slowdown })
      const { targetMs } = state.throttle === null ? alone : besideOthers
      const fitting = (rows * targetMs) / tookMs
      // A batch of a poison row, or one that waited, says little of the next one.
      wantedRows = Math.round(Math.max(leastRows, wantedRows / 2, Math.min(fitting, wantedRows * 2)))
    },
    end() {
      lastMs = nowMs() - begunMs
    },
    restMs() {
      const { pauseMs } = pace()
      if (!isYielding()) return pauseMs
      return Math.max(pauseMs, Math.min(longestRestMs, (lastMs * (1 - state.share)) / state.share))
    },
    get throttle() {
      return state.throttle
    },
  }
}

// A best time is forgotten slowly: tables grow, and caches are cold again.
const forgetting = 1.02

/** The best times of a row, for batches of about the same size: a small one has more of what each batch costs. */
function bestTimes() {
  const known = new Map<number, number>()
  return {
    /** How many times the best one this batch took; 1 for a better one. */
    slowdownOf(rows: number, tookMs: number): number {
      const size = Math.floor(Math.log2(Math.max(rows, 1)))
      const rowMs = tookMs / Math.max(rows, 1)
      const best = Math.min(rowMs, (known.get(size) ?? rowMs) * forgetting)
      known.set(size, best)
      return rowMs / best
    },
  }
}
