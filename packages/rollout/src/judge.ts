import type { Arrow } from './arrow.ts'
import { type Gate, type GateName, gates } from './gates.ts'
import { type Facts, type GateLimits, gateLimits } from './observations.ts'

/** What a gate says of the facts. */
export interface Verdict {
  readonly gate: GateName
  readonly claim: string
  /** open: its claim is true · waived: it is not, and the operator passes nevertheless · closed: nobody passes. */
  readonly state: 'open' | 'waived' | 'closed'
  /** Why it is not open; of an open one, what it rests on where that is less than one would think. */
  readonly why?: string
  /** What to do to open it. */
  readonly fix?: string
  readonly waivable: boolean
}

export interface JudgeOptions {
  readonly limits?: Partial<GateLimits>
  /** Gates to pass although they are closed, by name. Those that guard acknowledged writes cannot be waived. */
  readonly waive?: readonly GateName[]
  /** Waives every gate that can be waived. */
  readonly emergency?: boolean
}

/** Judges every gate of an arrow by the facts. Pure: the same facts give the same verdicts. */
export function judge(
  arrow: Pick<Arrow, 'gates'>,
  facts: Facts,
  options: JudgeOptions = {},
): readonly Verdict[] {
  const limits = { ...gateLimits, ...options.limits }
  return arrow.gates.map((name) => {
    const gate: Gate = gates[name]
    const { claim, waivable } = gate
    const closed = gate.judge(facts, limits)
    if (closed === undefined) {
      const why = gate.restsOn?.(facts)
      return { gate: name, claim, waivable, state: 'open' as const, ...(why !== undefined && { why }) }
    }
    const isWaived = waivable && (options.emergency === true || (options.waive ?? []).includes(name))
    return {
      gate: name,
      claim,
      waivable,
      state: isWaived ? ('waived' as const) : ('closed' as const),
      ...closed,
    }
  })
}

/** The gates that nobody passes. */
export function closedOf(verdicts: readonly Verdict[]): readonly Verdict[] {
  return verdicts.filter(({ state }) => state === 'closed')
}
