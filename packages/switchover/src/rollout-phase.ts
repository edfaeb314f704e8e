import type { SwitchoverFlags } from './flags.ts'

/** The four steps of a rollout that is driven by the name of the environment. */
export type RolloutPhase = 0 | 1 | 2 | 3

const byEnvironment: ReadonlyMap<string, RolloutPhase> = new Map([
  ['development', 1],
  ['staging', 2],
  ['production', 3],
])

/** The flags of each phase: nothing new, new writes beside the old ones, new reads too, the new side alone. */
export const rolloutPhases: Readonly<Record<RolloutPhase, SwitchoverFlags>> = Object.freeze({
  0: Object.freeze({ newStorage: false, newSave: false, newLoad: false, parallel: false }),
  1: Object.freeze({ newStorage: false, newSave: true, newLoad: false, parallel: true }),
  2: Object.freeze({ newStorage: false, newSave: true, newLoad: true, parallel: true }),
  3: Object.freeze({ newStorage: true, newSave: true, newLoad: true, parallel: false }),
})

/**
 * The phase of an environment by its name; 0 for every other name, and for none.
 *
 * @example
 * rolloutPhaseOf('staging') // => 2
 * rolloutPhaseOf('qa') // => 0
 */
export function rolloutPhaseOf(environmentName: string | undefined): RolloutPhase {
  return byEnvironment.get(environmentName ?? '') ?? 0
}
