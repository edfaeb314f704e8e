/** What one look at the server shows of those beside whom a backfill works. */
export interface Signals {
  /** Backends at work, those that only just were for a quarter: neither idle nor waiting for a lock or a client. */
  readonly othersAtWork: number
  /** Backends that waited for a lock which the batch held. */
  readonly waitingForUs: number
  /** How far the slowest standby was behind; null where there is none. Units: seconds. */
  readonly replicaLagSeconds: number | null
  /** The age of the oldest transaction of somebody else. Units: seconds. */
  readonly oldestTransactionSeconds: number
  /** Backends of which this role may not see what they do. */
  readonly hiddenBackends: number
  /** How many times longer a row took than in the best batch of about the same size. */
  readonly slowdown: number
}

/** `signals-unknown` where the server could not be asked: who sees nothing goes carefully. */
export type ThrottleReason =
  | 'others-at-work'
  | 'others-wait-for-us'
  | 'slow-batches'
  | 'replica-lag'
  | 'long-transaction'
  | 'signals-unknown'

/** How much of the time a backfill works, and what keeps it from working all of it. */
export interface Throttle {
  /** 5 to 100: it rests for what is missing to 100. */
  readonly sharePercent: number
  readonly reason: ThrottleReason
  /** The reason with its figures, as one clause: `3.2 others at work`. */
  readonly because: string
}

/** What is carried from one look to the next. */
export interface ThrottleState {
  /** Share of the time, 0.05 to 1. */
  readonly share: number
  readonly throttle: Throttle | null
  readonly othersAtWork: number
  readonly slowdown: number
  /** Looks in a row that would have allowed more. */
  readonly calmLooks: number
}

/** At full speed, as a run begins. */
export const unthrottled: ThrottleState = {
  share: 1,
  throttle: null,
  othersAtWork: 0,
  slowdown: 1,
  calmLooks: 0,
}

/** It always goes on. */
const leastShare = 0.05
// Down at once, up by half after so many calm looks: a load that comes in waves is not met at full speed.
const calmLooksNeeded = 3
const recovery = 1.5
// One look is an instant of the server; several are a load.
const newestWeight = 0.3

// Between the two a share that was taken for it is kept, so that it does not flap.
const worstLagSeconds = 5
const fineLagSeconds = 2

interface Brake {
  readonly reason: ThrottleReason
  /** The greatest share it allows, 0 to 1; `isHolding` where it is the one that holds the share now. */
  readonly ceiling: (signals: Signals, isHolding: boolean) => number
  readonly because: (signals: Signals) => string
}

const brakes: readonly Brake[] = [
  {
    reason: 'others-wait-for-us',
    ceiling: ({ waitingForUs }) => (waitingForUs > 0 ? leastShare : 1),
    because: ({ waitingForUs }) => `${waitingForUs} waited for rows of a batch`,
  },
  {
    reason: 'replica-lag',
    ceiling: ({ replicaLagSeconds }, isHolding) =>
      (replicaLagSeconds ?? 0) > (isHolding ? fineLagSeconds : worstLagSeconds) ? leastShare : 1,
    because: ({ replicaLagSeconds }) => `a standby is ${(replicaLagSeconds ?? 0).toFixed(0)} s behind`,
  },
  {
    // One of those at work, with an eighth of their weight.
    reason: 'others-at-work',
    ceiling: ({ othersAtWork }) => 1 / (1 + 8 * othersAtWork),
    because: ({ othersAtWork }) => `${othersAtWork.toFixed(1)} others at work`,
  },
  {
    reason: 'slow-batches',
    ceiling: ({ slowdown }) => (slowdown >= 2 ? 0.5 / slowdown : 1),
    because: ({ slowdown }) => `batches take ${slowdown.toFixed(1)} times as long as they did`,
  },
  {
    reason: 'long-transaction',
    ceiling: ({ oldestTransactionSeconds }) => (oldestTransactionSeconds > 300 ? 0.25 : 1),
    because: ({ oldestTransactionSeconds }) =>
      `a transaction is open for ${oldestTransactionSeconds.toFixed(0)} s, nothing can be vacuumed`,
  },
  {
    reason: 'signals-unknown',
    ceiling: ({ hiddenBackends }) => (hiddenBackends > 0 ? 0.25 : 1),
    because: ({ hiddenBackends }) =>
      `this role may not see what ${hiddenBackends} backends do (grant it pg_read_all_stats)`,
  },
]

// The slightest load leaves so much that nobody needs to be told of it.
const worthSaying = 0.95

/**
 * The share of the time after one more look; `undefined` for a look that failed, which is met as the worst one.
 * The brake that allows least decides. A share falls at once, and rises slowly.
 */
export function lookAgain(state: ThrottleState, seen: Signals | undefined): ThrottleState {
  if (seen === undefined || Object.values(seen).some(Number.isNaN))
    return held(state, leastShare, 'signals-unknown', 'the server could not be asked')
  const othersAtWork = mixed(state.othersAtWork, seen.othersAtWork)
  const slowdown = mixed(state.slowdown, seen.slowdown)
  const signals = { ...seen, othersAtWork, slowdown }
  const ranked = brakes
    .map((brake) => ({
      brake,
      ceiling: Math.max(leastShare, brake.ceiling(signals, brake.reason === state.throttle?.reason)),
    }))
    .toSorted((left, right) => left.ceiling - right.ceiling)
  const [least] = ranked
  const next = { ...state, othersAtWork, slowdown }
  if (least === undefined || least.ceiling > state.share) return released(next, least?.ceiling ?? 1)
  return held(next, least.ceiling, least.brake.reason, least.brake.because(signals))
}

function mixed(before: number, now: number): number {
  return before + newestWeight * (now - before)
}

function held(state: ThrottleState, ceiling: number, reason: ThrottleReason, because: string): ThrottleState {
  const share = Math.min(state.share, ceiling)
  const throttle = share > worthSaying ? null : { sharePercent: percentOf(share), reason, because }
  return { ...state, share, throttle, calmLooks: 0 }
}

/** More than the share is allowed: it rises after some such looks, and keeps its reason until it is whole. */
function released(state: ThrottleState, ceiling: number): ThrottleState {
  const calmLooks = state.calmLooks + 1
  const share = calmLooks < calmLooksNeeded ? state.share : Math.min(ceiling, state.share * recovery)
  const isWhole = state.throttle === null || share > worthSaying
  return {
    ...state,
    share,
    calmLooks,
    throttle: isWhole ? null : { ...state.throttle, sharePercent: percentOf(share) },
  }
}

function percentOf(share: number): number {
  return Math.round(share * 100)
}
