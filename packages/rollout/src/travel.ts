import type { Database } from '@changeover/database'
import { pathBetween } from './arrow.ts'
import { requirePhase } from './gather-facts.ts'
import {
  transition,
  type TransitionOptions,
  type TransitionRequest,
  type TransitionResult,
} from './transition.ts'

/**
 * Takes a migration to a phase through every phase in between, each through its gates. It stops where a gate is closed,
 * and the phase that was reached stands.
 *
 * Errors: those of {@link transition}.
 */
export async function travel(
  database: Database,
  request: Omit<TransitionRequest, 'expectedEpoch'>,
  options: TransitionOptions,
): Promise<readonly TransitionResult[]> {
  const { phase } = await requirePhase(database, request.migration)
  const path = pathBetween(phase.name, request.to).map(({ to }) => to)
  const results: TransitionResult[] = []
  for (const to of path.length === 0 ? [request.to] : path)
    results.push(await transition(database, { ...request, to }, options))
  return results
}
