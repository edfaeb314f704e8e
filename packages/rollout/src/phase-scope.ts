import { AsyncLocalStorage } from 'node:async_hooks'
import type { PhaseWatch } from './phase-watch.ts'
import type { StoredPhase } from './stored-phase.ts'

/** One phase for a whole request, however often the stored one changes meanwhile. */
export interface PhaseScope {
  /** Runs a request: everything that it awaits sees the phase of its beginning. A scope inside a scope keeps the outer one's. */
  run<T>(work: () => T): T
  /** The phase of the request; outside of one the last that is known. */
  current(): StoredPhase
}

/**
 * Pins the phase for the length of a request.
 *
 * What a request writes begins with `lockPhaseAt`, which refuses a phase that has changed since, retriably.
 */
export function createPhaseScope(watch: Pick<PhaseWatch, 'current'>): PhaseScope {
  const pinned = new AsyncLocalStorage<StoredPhase>()
  return {
    run: (work) => pinned.run(pinned.getStore() ?? watch.current(), work),
    current: () => pinned.getStore() ?? watch.current(),
  }
}
