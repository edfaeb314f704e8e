import {
  bulkhead,
  BrokenCircuitError,
  BulkheadRejectedError,
  circuitBreaker,
  ConsecutiveBreaker,
  handleAll,
  TaskCancelledError,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel'
import { type Comparison, differencesOf } from './difference.ts'
import type { Observation, Pair, Probe, Verdict } from './observation.ts'
import { type Outcome, settle } from './outcome.ts'

export interface ShadowOptions extends Comparison {
  /** Share of calls that are probed, 0..1. */
  readonly sampleRate: number
  /** Share of the probes that compare the control with itself, 0..1; none unless given. */
  readonly noiseRate?: number
  /** 0 (inclusive) to 1, as `Math.random` gives it. */
  readonly random: () => number
  /** How long a probe may take; 1 s unless given. */
  readonly deadlineMs?: number
  /** Probes at a time; what comes above it is left out. 4 unless given. */
  readonly maxConcurrent?: number
  /** After so many probes in a row that failed or timed out, none is made for a while; 5 unless given. */
  readonly failuresToRest?: number
  /** How long that while is; 30 s unless given. */
  readonly restMs?: number
  /** Takes what was seen. Where it fails the observation is lost, and counted. */
  readonly record: (observation: Observation) => unknown
}

/** Numbers since this shadow was made. */
export interface ShadowCounts {
  readonly calls: number
  readonly probed: number
  readonly verdicts: Readonly<Record<Verdict, number>>
  /** Left out because enough were under way. */
  readonly busy: number
  /** Left out because too many had failed in a row. */
  readonly resting: number
  /** Observations that the record did not take. */
  readonly unrecorded: number
}

/** Looks behind calls that it never touches. */
export interface Shadow {
  /** Probes after this call, perhaps: by sample, cap and rest. Returns at once and never throws. */
  observe(operation: string, probe: Probe): void
  /**
   * Calls the control and gives what it gives, in its own time; then probes: the control's answer beside the candidate's.
   * Where both must see one state of the data, use {@link observe} with a probe that reads both in one snapshot.
   */
  call<T>(operation: string, control: () => Promise<T>, candidate: () => Promise<unknown>): Promise<T>
  counts(): ShadowCounts
  /** Waits for the probes that are under way. */
  settled(): Promise<void>
}

const none = Object.freeze({
  same: 0,
  different: 0,
  'candidate-failed': 0,
  'control-failed': 0,
  'both-failed': 0,
  'timed-out': 0,
  'not-compared': 0,
}) satisfies Record<Verdict, number>

/** Makes a shadow. Cost of a call that is not sampled: one random number. */
export function createShadow(options: ShadowOptions): Shadow {
  const { sampleRate, noiseRate = 0, random, record } = options
  const guard = guardOf(options)
  const count = { calls: 0, probed: 0, busy: 0, resting: 0, unrecorded: 0 }
  const verdicts: Record<Verdict, number> = { ...none }
  const open = new Set<Promise<void>>()

  const look = async (operation: string, probe: Probe): Promise<void> => {
    const isAgainstItself = random() < noiseRate
    const observation = await guard(operation, isAgainstItself, probe)
    if (observation === 'busy' || observation === 'resting') {
      count[observation] += 1
      return
    }
    count.probed += 1
    verdicts[observation.verdict] += 1
    const { ok } = await settle(() => record(observation))
    if (!ok) count.unrecorded += 1
  }
  const observe = (operation: string, probe: Probe): void => {
    count.calls += 1
    if (random() >= sampleRate) return
    // After whatever the caller does with its answer in this turn of the event loop.
    const looking = new Promise<void>((resolve) => setImmediate(resolve))
      .then(() => look(operation, probe))
      .finally(() => open.delete(looking))
    open.add(looking)
  }
  return {
    observe,
    async call(operation, control, candidate) {
      const answered = await settle(control)
      observe(operation, async (isAgainstItself) => ({
        control: answered,
        candidate: await settle(isAgainstItself ? control : candidate),
      }))
      if (answered.ok) return answered.value as never // what the control gave
      throw answered.error
    },
    counts: () => ({ ...count, verdicts: { ...verdicts } }),
    async settled() {
      while (open.size > 0) await Promise.all(open)
    },
  }
}

type Guarded = Observation | 'busy' | 'resting'

/** A failed probe, for the breaker to count. */
class ProbeFailed extends Error {
  readonly observation: Observation
  constructor(observation: Observation) {
    super(observation.verdict)
    this.observation = observation
  }
}

/** Within the cap and the deadline, and not while it rests. Gives an observation whatever happens. */
function guardOf(options: ShadowOptions) {
  const { deadlineMs = 1_000, maxConcurrent = 4, failuresToRest = 5, restMs = 30_000 } = options
  const policy = wrap(
    bulkhead(maxConcurrent),
    circuitBreaker(handleAll, { halfOpenAfter: restMs, breaker: new ConsecutiveBreaker(failuresToRest) }),
    timeout(deadlineMs, TimeoutStrategy.Aggressive),
  )
  return async (operation: string, isAgainstItself: boolean, probe: Probe): Promise<Guarded> => {
    const named = { operation, isAgainstItself, differences: [] }
    try {
      return await policy.execute(async ({ signal }) => {
        const ask = async () => compare(named, await probe(isAgainstItself, signal), options)
        const first = await ask()
        // What was in motion when it was looked at is no difference: it counts when it is still there.
        const observation = first.verdict === 'different' ? await ask() : first
        if (observation.verdict === 'candidate-failed') throw new ProbeFailed(observation)
        return observation
      })
    } catch (error) {
      if (error instanceof BulkheadRejectedError) return 'busy'
      if (error instanceof BrokenCircuitError) return 'resting'
      if (error instanceof ProbeFailed) return error.observation
      const verdict = error instanceof TaskCancelledError ? 'timed-out' : 'not-compared'
      return { ...named, verdict, error: nameOf(error) }
    }
  }
}

function compare(
  named: Pick<Observation, 'operation' | 'isAgainstItself' | 'differences'>,
  { control, candidate }: Pair,
  comparison: Comparison,
): Observation {
  const timed = { ...named, controlMs: control.durationMs, candidateMs: candidate.durationMs }
  if (control.ok && candidate.ok) {
    const differences = differencesOf(control.value, candidate.value, comparison)
    return { ...timed, differences, verdict: differences.length === 0 ? 'same' : 'different' }
  }
  const failed = [control, candidate].find((each): each is Outcome & { ok: false } => !each.ok)
  const error = nameOf(failed?.error)
  if (control.ok) return { ...timed, verdict: 'candidate-failed', error }
  return { ...timed, verdict: candidate.ok ? 'control-failed' : 'both-failed', error }
}

function nameOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error
  const { code } = error as { code?: unknown } // an absent code reads as undefined
  const name = error instanceof Error ? error.name : error.constructor?.name
  return typeof code === 'string' && code !== name ? `${name} ${code}` : String(name)
}
