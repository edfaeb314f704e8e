import type { Verdict } from '@changeover/shadow'
import { createLatency, type Latency } from './latency.ts'
import { type SwitchoverHealth, switchoverHealth } from './health.ts'
import type { Side } from './side.ts'
import { createWindow } from './window.ts'

/** Something that happened, told to whoever listens. */
export type SwitchoverEvent =
  | {
      readonly type: 'call'
      readonly side: Side
      readonly operation: string
      readonly outcome: 'answered' | 'refused' | 'failed'
      readonly ms: number | undefined
    }
  | { readonly type: 'fallback'; readonly operation: string; readonly from: Side; readonly reason: string }
  | {
      readonly type: 'compared'
      readonly operation: string
      readonly verdict: Verdict
      /** Where the answers differ. */
      readonly paths: readonly string[]
    }
  | { readonly type: 'owed'; readonly operation: string; readonly towards: Side; readonly reason: string }

/** What was counted since the beginning. */
export interface MonitorState {
  readonly sides: Readonly<
    Record<
      Side,
      {
        readonly invocations: number
        readonly errors: number
        readonly refusals: number
        readonly latency: Latency
      }
    >
  >
  readonly fallbacks: readonly { readonly reason: string; readonly count: number }[]
  readonly owed: readonly { readonly reason: string; readonly count: number }[]
}

export interface Monitor {
  tell(event: SwitchoverEvent): void
  onEvent(listener: (event: SwitchoverEvent) => void): void
  /** Of the sliding window. */
  health(): SwitchoverHealth
  state(): MonitorState
  /** Begins the window anew. */
  forget(): void
}

/** Counts what happens. A listener that throws harms nobody. */
export function createMonitor(windowMs: number, now: () => number = () => performance.now()): Monitor {
  const window = createWindow<`${Side} ${'calls' | 'errors'}`>(windowMs, now)
  const ofSide = () => ({ invocations: 0, errors: 0, refusals: 0, latency: createLatency() })
  const counted = { legacy: ofSide(), target: ofSide() }
  const fallbacks = new Map<string, number>()
  const owed = new Map<string, number>()
  const listeners: ((event: SwitchoverEvent) => void)[] = []
  const count = (event: SwitchoverEvent) => {
    switch (event.type) {
      case 'call':
        return countCall(event)
      case 'fallback':
        return void fallbacks.set(event.reason, (fallbacks.get(event.reason) ?? 0) + 1)
      case 'compared':
        return // counted by who compares
      case 'owed':
        return void owed.set(event.reason, (owed.get(event.reason) ?? 0) + 1)
    }
  }
  const countCall = ({ side, outcome, ms }: Extract<SwitchoverEvent, { type: 'call' }>) => {
    const of = counted[side]
    of.invocations += 1
    window.add(`${side} calls`)
    if (ms !== undefined) of.latency.record(ms)
    if (outcome === 'refused') of.refusals += 1
    if (outcome !== 'failed') return
    of.errors += 1
    window.add(`${side} errors`)
  }
  const inWindow = (side: Side) => ({
    invocations: window.count(`${side} calls`),
    errors: window.count(`${side} errors`),
  })
  return {
    tell(event) {
      count(event)
      for (const listener of listeners) quietly(() => listener(event))
    },
    onEvent: (listener) => void listeners.push(listener),
    health: () => switchoverHealth({ legacy: inWindow('legacy'), target: inWindow('target') }),
    state: () => ({
      sides: { legacy: stateOf(counted.legacy), target: stateOf(counted.target) },
      fallbacks: listOf(fallbacks),
      owed: listOf(owed),
    }),
    forget: () => window.clear(),
  }
}

function stateOf({
  latency,
  ...counts
}: {
  readonly invocations: number
  readonly errors: number
  readonly refusals: number
  readonly latency: ReturnType<typeof createLatency>
}) {
  return { ...counts, latency: latency.read() }
}

function listOf(counts: ReadonlyMap<string, number>) {
  return [...counts]
    .map(([reason, count]) => ({ reason, count }))
    .toSorted((left, right) => right.count - left.count)
}

function quietly(work: () => void): void {
  try {
    work()
  } catch {
    // The observer never harms what it observes.
  }
}
