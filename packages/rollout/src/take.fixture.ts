import { everythingFine } from './open-gates.fixture.ts'
import type { PhaseName } from './phase.ts'
import type { Home } from './rollout.fixture.ts'
import {
  transition,
  type TransitionOptions,
  type TransitionRequest,
  type TransitionResult,
} from './transition.ts'

export interface Overrides {
  readonly request?: Partial<TransitionRequest>
  readonly options?: Partial<TransitionOptions>
  readonly database?: Parameters<typeof transition>[0]
}

/** Takes a migration to a phase, with every gate open, unless told otherwise. */
export function take(
  home: Pick<Home, 'database'>,
  migration: string,
  to: PhaseName,
  { request = {}, options = {}, database = home.database }: Overrides = {},
): Promise<TransitionResult> {
  return transition(
    database,
    { migration, to, by: 'ada', reason: `to ${to}`, ...request },
    { observe: async () => everythingFine, ...options },
  )
}
