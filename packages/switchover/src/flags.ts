import { type Environment, readSwitch } from '@changeover/rollout'

/** The switches of a switchover, writing and reading apart. */
export interface SwitchoverFlags {
  /** The target alone: it implies the other two. */
  readonly newStorage: boolean
  /** Writes reach the target. */
  readonly newSave: boolean
  /** Reads come from the target. */
  readonly newLoad: boolean
  /** Writes reach both sides; where absent, as long as the target is written and `newStorage` is off. */
  readonly parallel?: boolean | undefined
  /** Latencies are measured; true unless said. */
  readonly monitoring?: boolean | undefined
}

/** Which variables hold the switches. */
export interface SwitchoverFlagNames {
  readonly newStorage: string
  readonly newSave: string
  readonly newLoad: string
  readonly monitoring: string
  /** Without a name parallel mode follows from the others. */
  readonly parallel?: string
}

/** The names unless a switchover has others. */
export const switchoverFlagNames: SwitchoverFlagNames = Object.freeze({
  newStorage: 'USE_NEW_STORAGE',
  newSave: 'USE_NEW_SAVE',
  newLoad: 'USE_NEW_LOAD',
  monitoring: 'ENABLE_PERFORMANCE_MONITORING',
})

/** Nothing of the target is used. */
export const flagsOff: SwitchoverFlags = Object.freeze({ newStorage: false, newSave: false, newLoad: false })

/**
 * Reads the switches from an environment that is passed in. Unset ones are off, but monitoring, which is on.
 *
 * Errors: ROLLOUT.FLAG_INVALID for text that is no boolean.
 *
 * @example
 * readSwitchoverFlags({ USE_NEW_SAVE: 'true' }).newSave // => true
 */
export function readSwitchoverFlags(
  environment: Environment,
  names: SwitchoverFlagNames = switchoverFlagNames,
): SwitchoverFlags {
  const isSet = (name: string) => (environment[name] ?? '').trim() !== ''
  return {
    newStorage: readSwitch(environment, names.newStorage),
    newSave: readSwitch(environment, names.newSave),
    newLoad: readSwitch(environment, names.newLoad),
    monitoring: !isSet(names.monitoring) || readSwitch(environment, names.monitoring),
    ...(names.parallel !== undefined &&
      isSet(names.parallel) && { parallel: readSwitch(environment, names.parallel) }),
  }
}
