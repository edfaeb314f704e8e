import type { Database } from '@changeover/database'
import { checkFlags, type Environment, flagText, type PhaseName, phases } from '@changeover/rollout'
import type { Check } from '../checks/check.ts'
import type { Migration } from '../define-migration.ts'
import { errors } from '../errors.ts'
import { phaseOf } from '../phase-of.ts'

export interface FlagsCheckOptions {
  readonly environment: Environment
  /** The phase that is required; that of the database unless given. */
  readonly required?: PhaseName | undefined
}

/** Whether the flags of the environment are those of the stored phase, and that phase the required one. */
export function flagsCheck(
  database: Database,
  migration: Migration,
  { environment, required }: FlagsCheckOptions,
): Check {
  const { name, flags: names } = migration
  const wanted = required && phases[required].flags
  return {
    name: 'flags',
    claim: wanted ? `the flags are ${flagText(wanted, names)}` : 'the flags are those of the stored phase',
    async look() {
      const stored = await phaseOf(database, name)
      const { problems, reading } = checkFlags(environment, stored, names)
      const at = stored?.phase.name ?? 'none'
      const elsewhere =
        required === undefined || required === at
          ? []
          : [errors.PHASE_NOT_REACHED.problem({ migration: name, phase: at, required })]
      return {
        evidence: `stored phase ${at}; ${reading ? flagText(reading, names) : 'the flags mean no phase'}`,
        problems: [...problems, ...elsewhere],
      }
    },
  }
}
