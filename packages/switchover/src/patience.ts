import { circuitBreaker, ConsecutiveBreaker, handleAll, timeout, TimeoutStrategy, wrap } from 'cockatiel'

/** Work on an operation's way that must not keep it waiting. */
export type Patience = <T>(work: () => Promise<T>) => Promise<T>

/**
 * Waits so long at most; after three failures one after the other it does not wait at all for a second.
 *
 * Errors: those of the work; cockatiel's TaskCancelledError and BrokenCircuitError.
 */
export function createPatience(deadlineMs: number): Patience {
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker: new ConsecutiveBreaker(3) })
  const policy = wrap(breaker, timeout(deadlineMs, TimeoutStrategy.Aggressive))
  return (work) => policy.execute(work)
}
