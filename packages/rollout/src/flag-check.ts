import { isFailure, type Problem } from '@changeover/errors'
import { errors } from './errors.ts'
import { type FlagNames, flagNames, flagText, type FlagReading, readFlags } from './flags.ts'
import { type Phase, type PhaseName, phases } from './phase.ts'
import type { StoredPhase } from './stored-phase.ts'
import type { Environment } from './switch.ts'

/** One line of the table of phases: which flags mean it, and whether it is the stored or the flagged one. */
export interface FlagRow {
  readonly phase: PhaseName
  /** `USE_TARGET_MODEL=false …`; undefined where no application reads flags any more. */
  readonly flags: string | undefined
  readonly authority: Phase['authority']
  readonly replica: string
  readonly isStored: boolean
  readonly isFlagged: boolean
}

/** What the environment says of the phase, beside what is stored. */
export interface FlagCheck {
  readonly rows: readonly FlagRow[]
  /** The phase by which the application acts: the stored one, and the flagged one only where none is stored. */
  readonly phase: Phase | undefined
  /** Undefined where the flags cannot be read, or contradict each other. */
  readonly reading: FlagReading | undefined
  /** Empty where flags and stored phase agree. */
  readonly problems: readonly Problem[]
}

/**
 * Compares the flags of the environment with the stored phase. Flags never move the authority: where they differ, the
 * stored phase holds, and the difference is a problem.
 */
export function checkFlags(
  environment: Environment,
  stored: Pick<StoredPhase, 'migration' | 'phase'> | undefined,
  names: FlagNames = flagNames,
): FlagCheck {
  const { reading, problems } = read(environment, names)
  const flagged = reading?.phase
  const rows = Object.values(phases).map(({ name, flags, authority, replica }) => ({
    phase: name,
    flags: flags && flagText(flags, names),
    authority,
    replica,
    isStored: name === stored?.phase.name,
    isFlagged: name === flagged?.name,
  }))
  return {
    rows,
    phase: stored?.phase ?? flagged,
    reading,
    problems: [...problems, ...difference(stored, flagged, names)],
  }
}

/**
 * Refuses to start where flags and stored phase disagree.
 *
 * Errors: the first problem of the check, as ROLLOUT.FLAGS_REFUSED.
 */
export function requireAgreement({ problems }: Pick<FlagCheck, 'problems'>): void {
  const [first] = problems
  if (first) throw errors.FLAGS_REFUSED({ code: first.code, message: first.message, fix: first.fix })
}

function read(environment: Environment, names: FlagNames) {
  try {
    return { reading: readFlags(environment, names), problems: [] }
  } catch (error) {
    if (!isFailure(error)) throw error
    const { code, message, values, fix } = error
    return { reading: undefined, problems: [Object.freeze({ code, message, values, fix })] }
  }
}

function difference(
  stored: Pick<StoredPhase, 'migration' | 'phase'> | undefined,
  flagged: Phase | undefined,
  names: FlagNames,
): readonly Problem[] {
  if (stored === undefined || flagged === undefined || stored.phase.name === flagged.name) return []
  // Nobody reads flags after the contraction, but those of target-only are what was left.
  const { flags } = stored.phase.name === 'contracted' ? phases['target-only'] : stored.phase
  if (stored.phase.name === 'contracted' && flagged.name === 'target-only') return []
  return [
    errors.FLAGS_DISAGREE.problem({
      migration: stored.migration,
      stored: stored.phase.name,
      flagged: flagged.name,
      wanted: flags === undefined ? '' : flagText(flags, names),
    }),
  ]
}
