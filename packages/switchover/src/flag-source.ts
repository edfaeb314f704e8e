import type { Environment } from '@changeover/rollout'
import { readSwitchoverFlags, type SwitchoverFlagNames, type SwitchoverFlags } from './flags.ts'
import { rolloutPhaseOf, rolloutPhases } from './rollout-phase.ts'

/** Where the flags come from. It is asked once for each operation, which keeps to that answer. */
export type FlagSource = () => SwitchoverFlags | Promise<SwitchoverFlags>

/** Flags that never change. */
export function staticFlags(flags: SwitchoverFlags): FlagSource {
  const kept = Object.freeze({ ...flags })
  return () => kept
}

/** Flags of a record such as `process.env`, read anew for each operation. */
export function environmentFlags(environment: Environment, names?: SwitchoverFlagNames): FlagSource {
  return () => readSwitchoverFlags(environment, names)
}

/** The flags of the rollout phase that the name of an environment stands for. */
export function phaseFlags(environmentName: string | undefined): FlagSource {
  return staticFlags(rolloutPhases[rolloutPhaseOf(environmentName)])
}
