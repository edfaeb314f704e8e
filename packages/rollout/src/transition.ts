import { setTimeout } from 'node:timers/promises'
import type { Database } from '@changeover/database'
import { type Arrow, arrowBetween } from './arrow.ts'
import { errors } from './errors.ts'
import { defaultFenceTimeoutMs, fence, type FenceOptions } from './fence.ts'
import { defaultFlipTimeoutMs, flip, type FlipOptions } from './flip.ts'
import type { GateName } from './gates.ts'
import { gatherFacts, type GatherOptions, requirePhase } from './gather-facts.ts'
import { closedOf, judge, type Verdict } from './judge.ts'
import type { GateLimits, Observations } from './observations.ts'
import { asOperator } from './operator-lock.ts'
import type { PhaseName } from './phase.ts'
import type { StoredPhase } from './stored-phase.ts'
import {
  abandon,
  openTransitionOf,
  recordStep,
  recordTransition,
  type TransitionRecord,
  type TransitionStep,
} from './transition-record.ts'

/** Which transition is wanted, by whom and why. */
export interface TransitionRequest {
  readonly migration: string
  readonly to: PhaseName
  readonly by: string
  readonly reason: string
  /** The epoch that the operator looked at: refused when it has moved. The stored one unless given. */
  readonly expectedEpoch?: string
  /** Passes every gate that can be waived. */
  readonly emergency?: boolean
  /** Gates to pass although they are closed, by name. */
  readonly waive?: readonly GateName[]
}

/** What the engines do around a flip. Both may run again after a crash. */
export interface TransitionActions {
  /** Before the flip: installs what the new phase needs. */
  prepare?(arrow: Arrow): Promise<void>
  /** After the fence: removes what only the old phase needed. */
  complete?(arrow: Arrow): Promise<void>
}

export interface TransitionOptions
  extends Omit<GatherOptions, 'observe' | 'gates'>,
    FlipOptions,
    FenceOptions {
  /** Looks at the engines, for the gates of this arrow; asked anew at every judgement. */
  readonly observe: (phase: StoredPhase, arrow: Arrow) => Promise<Observations>
  readonly actions?: TransitionActions
  readonly limits?: Partial<GateLimits>
  /** How long to wait for closed gates to open, not at all unless given; writers and the fence are waited for as long at least. */
  readonly waitMs?: number
  /** How long between two looks at closed gates; 1 s unless given. */
  readonly gatePollMs?: number
  /** Told after every step that was done and recorded. */
  readonly onStep?: (step: TransitionStep) => Promise<void> | void
}

/** What a transition led to. */
export interface TransitionResult {
  readonly phase: StoredPhase
  /** Whether anything was done: false when the phase was already there, and fenced. */
  readonly changed: boolean
  /** Whether it went on with what an earlier command had begun. */
  readonly resumed: boolean
  readonly verdicts: readonly Verdict[]
}

/**
 * Takes a migration to the next or the previous phase: begin, judge, prepare, flip, fence, complete. Each step is recorded
 * and can be done again: after a crash between any two of them the stored phase is one consistent phase, and the same
 * command goes on, while another target gives the begun transition up.
 *
 * Cost: two connections. Writers wait for the flip, bounded by `lockTimeoutMs`.
 * Errors: ROLLOUT.PHASE_MISSING, NO_SUCH_TRANSITION, NO_WAY_BACK, TRANSITION_CONFLICT, EPOCH_MOVED, GATES_CLOSED,
 * PHASE_LOCKED, FENCE_BLOCKED.
 */
export async function transition(
  database: Database,
  request: TransitionRequest,
  options: TransitionOptions,
): Promise<TransitionResult> {
  const seen = request.expectedEpoch ?? (await requirePhase(database, request.migration)).epoch
  return asOperator(database, request.migration, async () => {
    const stored = await requirePhase(database, request.migration)
    const open = await resumable(database, request, stored)
    requireEpoch(request, stored, seen, open)
    if (stored.phase.name === request.to && open === undefined) return settle(database, stored, options)
    const arrow =
      open === undefined ? arrowBetween(stored.phase.name, request.to) : arrowBetween(open.from, open.to)
    const record = open ?? (await begin(database, request, stored, options))
    const verdicts = await pursue({ database, request, options, arrow }, record)
    const phase = await requirePhase(database, request.migration)
    return { phase, changed: true, resumed: open !== undefined, verdicts }
  })
}

interface Pursuit {
  readonly database: Database
  readonly request: TransitionRequest
  readonly options: TransitionOptions
  readonly arrow: Arrow
}

/** Does the steps that are not done yet. What comes before the flip is judged again: facts age. */
async function pursue(pursuit: Pursuit, begun: TransitionRecord): Promise<readonly Verdict[]> {
  const { database, options, arrow } = pursuit
  const patient = patientBy(options)
  let record = begun
  let verdicts: readonly Verdict[] = []
  const done = async (next: TransitionRecord) => {
    record = next
    await options.onStep?.(next.step)
  }
  if (!isFlipped(record)) {
    verdicts = await pass(pursuit)
    if (record.step === 'begun') await done(await recordStep(database, record, 'judged', { gates: verdicts }))
    await options.actions?.prepare?.(arrow)
    if (record.step === 'judged') await done(await recordStep(database, record, 'prepared'))
    const { by, reason, emergency = false } = pursuit.request
    await done(await flip(database, arrow, record, { by, reason, emergency, verdicts }, patient))
  }
  if (record.step === 'flipped') {
    await fence(database, { migration: record.migration, epoch: record.epochAfter ?? '' }, patient)
    await done(await recordStep(database, record, 'fenced'))
  }
  await options.actions?.complete?.(arrow)
  await done(await recordStep(database, record, 'completed'))
  return verdicts
}

/** Judges the gates until none is closed, or the time for it is over. */
async function pass({ database, request, options, arrow }: Pursuit): Promise<readonly Verdict[]> {
  const { migration } = request
  const deadline = performance.now() + (options.waitMs ?? 0)
  for (;;) {
    const facts = await gatherFacts(database, migration, {
      ...options,
      gates: arrow.gates,
      observe: (phase) => options.observe(phase, arrow),
    })
    const verdicts = judge(arrow, facts, {
      ...(options.limits && { limits: options.limits }),
      ...(request.waive && { waive: request.waive }),
      emergency: request.emergency === true,
    })
    const closed = closedOf(verdicts)
    if (closed.length === 0) return verdicts
    if (performance.now() >= deadline)
      throw errors.GATES_CLOSED({
        migration,
        to: arrow.to,
        closed: closed.map(({ gate, why = '', fix = '' }) => ({ gate, why, fix })),
      })
    await setTimeout(options.gatePollMs ?? 1_000)
  }
}

/** The begun transition that this request goes on with. One that leads elsewhere is given up. */
async function resumable(
  database: Database,
  { migration, to }: TransitionRequest,
  stored: StoredPhase,
): Promise<TransitionRecord | undefined> {
  const open = await openTransitionOf(database, migration)
  if (open === undefined) return undefined
  const isCurrent = (isFlipped(open) ? open.epochAfter : open.epochBefore) === stored.epoch
  if (open.to === to && isCurrent) return open
  await abandon(database, open)
  return undefined
}

function requireEpoch(
  { migration }: TransitionRequest,
  stored: StoredPhase,
  expected: string,
  open: TransitionRecord | undefined,
): void {
  if (expected === stored.epoch || expected === open?.epochBefore) return
  throw errors.EPOCH_MOVED({ migration, expected, phase: stored.phase.name })
}

async function begin(
  database: Database,
  request: TransitionRequest,
  stored: StoredPhase,
  { onStep }: TransitionOptions,
): Promise<TransitionRecord> {
  const { migration, to, by, reason, emergency = false } = request
  const from = stored.phase.name
  const record = await recordTransition(database, {
    migration,
    from,
    to,
    by,
    reason,
    emergency,
    epochBefore: stored.epoch,
  })
  await onStep?.('begun')
  return record
}

/** A phase that is already there, but for the fence: a first phase has none, nor one whose transition was given up. */
async function settle(
  database: Database,
  stored: StoredPhase,
  options: TransitionOptions,
): Promise<TransitionResult> {
  const isFenced = stored.fencedAt !== undefined
  if (!isFenced) await fence(database, stored, patientBy(options))
  const phase = await requirePhase(database, stored.migration)
  return { phase, changed: !isFenced, resumed: false, verdicts: [] }
}

function patientBy(options: TransitionOptions): FlipOptions & FenceOptions {
  const { waitMs = 0, flipTimeoutMs = defaultFlipTimeoutMs, fenceTimeoutMs = defaultFenceTimeoutMs } = options
  return {
    ...options,
    flipTimeoutMs: Math.max(waitMs, flipTimeoutMs),
    fenceTimeoutMs: Math.max(waitMs, fenceTimeoutMs),
  }
}

function isFlipped({ step }: TransitionRecord): boolean {
  return step === 'flipped' || step === 'fenced' || step === 'completed'
}
