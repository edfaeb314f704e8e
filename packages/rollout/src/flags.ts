import { errors } from './errors.ts'
import { type Flags, nearestPhases, type Phase, phaseOf } from './phase.ts'
import { type Environment, readSwitch } from './switch.ts'

/** Which environment variables hold the switches of a migration. */
export interface FlagNames extends Readonly<Record<keyof Flags, string>> {
  /** Verification mends what it finds. */
  readonly autoFix: string
  /** Verification counts as a finding what it would otherwise only report. */
  readonly strictMode: string
}

/** The names unless a migration has others; they name no model. */
export const flagNames: FlagNames = Object.freeze({
  useTarget: 'USE_TARGET_MODEL',
  dualWrite: 'DUAL_WRITE_ENABLED',
  legacyReadOnly: 'LEGACY_MODELS_READONLY',
  autoFix: 'MIGRATION_AUTO_FIX',
  strictMode: 'MIGRATION_STRICT_MODE',
})

/** What the environment says of a migration. */
export interface FlagReading extends Flags {
  /** The phase that the three flags mean. */
  readonly phase: Phase
  readonly autoFix: boolean
  readonly strictMode: boolean
}

/**
 * Reads the switches of a migration and the phase they mean. Unset switches are off: legacy-only.
 *
 * Errors: ROLLOUT.FLAG_INVALID for text that is no boolean, ROLLOUT.FLAGS_CONTRADICT for flags that mean no phase.
 *
 * @example
 * readFlags({ DUAL_WRITE_ENABLED: 'true' }).phase.name // => 'legacy-leads'
 */
export function readFlags(environment: Environment, names: FlagNames = flagNames): FlagReading {
  const read = (flag: keyof FlagNames) => readSwitch(environment, names[flag])
  const flags: Flags = {
    useTarget: read('useTarget'),
    dualWrite: read('dualWrite'),
    legacyReadOnly: read('legacyReadOnly'),
  }
  const phase = phaseOf(flags)
  if (phase === undefined) throw contradiction(flags, names)
  return { ...flags, phase, autoFix: read('autoFix'), strictMode: read('strictMode') }
}

function contradiction(flags: Flags, names: FlagNames) {
  const nearest = nearestPhases(flags).flatMap(({ name, flags: meant }) =>
    meant === undefined ? [] : [`${flagText(meant, names)} (${name})`],
  )
  return errors.FLAGS_CONTRADICT({ flags: flagText(flags, names), nearest: nearest.join(' or ') })
}

/** The assignments that mean these flags: `USE_TARGET_MODEL=false …`. */
export function flagText(flags: Flags, names: FlagNames): string {
  return (['useTarget', 'dualWrite', 'legacyReadOnly'] as const)
    .map((flag) => `${names[flag]}=${flags[flag]}`)
    .join(' ')
}
