import { isFailure } from '@changeover/errors'
import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  TaskCancelledError,
} from 'cockatiel'
import { errors } from './errors.ts'
import type { Monitor } from './monitor.ts'
import type { Side } from './side.ts'
import { within } from './within.ts'

/** One call of one side under way. */
export interface SideCall<T> {
  /** The answer or the error, within the side's deadline. */
  readonly answer: Promise<T>
  /** When the implementation has really ended, also long after the deadline. It never rejects. */
  readonly ended: Promise<void>
}

export interface SideCallsOptions {
  readonly deadlineMs: Readonly<Record<Side, number>>
  readonly breaker: BreakerOptions
  readonly isRefusal: (error: unknown) => boolean
  readonly monitor: Monitor
}

/** When a side rests that nobody waits for. */
export interface BreakerOptions {
  /** So many failures one after the other. */
  readonly failures: number
  /** It is tried again after so long. */
  readonly restMs: number
}

interface CallRequest<T> {
  readonly side: Side
  readonly operation: string
  readonly run: () => Promise<T>
  readonly isTimed: boolean
  /** Whether the side may be spared while it fails: never the authority, unless there is a fallback. */
  readonly mayRest: boolean
}

/** Calls implementations: with deadlines and breakers, counted, whatever they do. */
export interface SideCalls {
  call<T>(request: CallRequest<T>): SideCall<T>
  isResting(side: Side): boolean
}

export function createSideCalls(options: SideCallsOptions): SideCalls {
  const breakers = { legacy: breakerOf(options), target: breakerOf(options) }
  return {
    isResting: (side) => breakers[side].state !== CircuitState.Closed,
    call(request) {
      const { side, mayRest } = request
      let ended: Promise<void> = Promise.resolve()
      const timed = () =>
        within(options.deadlineMs[side], () => {
          // A rejection is told by `answer`; here only that it is over counts.
          const running = start(request.run)
          ended = running.then(ignore, ignore)
          return running
        })
      const breaker = breakers[side]
      const spared = mayRest || breaker.state === CircuitState.Closed
      const running = spared ? breaker.execute(timed) : timed()
      return {
        answer: observed(running, request, options),
        ended: running.then(ignore, ignore).then(() => ended),
      }
    },
  }
}

function breakerOf({ breaker, isRefusal }: SideCallsOptions) {
  // A refusal is an answer: the side works.
  return circuitBreaker(
    handleWhen((error) => !isRefusal(error)),
    { halfOpenAfter: breaker.restMs, breaker: new ConsecutiveBreaker(breaker.failures) },
  )
}

/** As a promise, also when it throws at once. */
async function start<T>(run: () => Promise<T>): Promise<T> {
  return await run()
}

async function observed<T>(
  running: Promise<T>,
  { side, operation, isTimed }: CallRequest<T>,
  { monitor, isRefusal, deadlineMs }: SideCallsOptions,
): Promise<T> {
  const begun = isTimed ? performance.now() : 0
  const tell = (outcome: 'answered' | 'refused' | 'failed') =>
    monitor.tell({
      type: 'call',
      side,
      operation,
      outcome,
      ms: isTimed ? performance.now() - begun : undefined,
    })
  try {
    const answer = await running
    tell('answered')
    return answer
  } catch (error) {
    if (error instanceof BrokenCircuitError) throw errors.SIDE_RESTS({ operation, side }, { cause: error })
    tell(isRefusal(error) ? 'refused' : 'failed')
    if (error instanceof TaskCancelledError)
      throw errors.TOO_SLOW({ operation, side, deadlineMs: deadlineMs[side] }, { cause: error })
    throw error
  }
}

/** A short name for an error, the same for all of its kind. */
export function reasonOf(error: unknown): string {
  if (isFailure(error)) return error.code
  return error instanceof Error ? error.name : typeof error
}

function ignore(): void {}
