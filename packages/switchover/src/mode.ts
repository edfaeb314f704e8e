import type { Problem } from '@changeover/errors'
import { type PhaseName, phases } from '@changeover/rollout'
import { errors } from './errors.ts'
import type { SwitchoverFlags } from './flags.ts'
import { otherSide, type Side } from './side.ts'

/** Who leads and who is written: the phases of a changeover, but the last. */
export type Mode = Exclude<PhaseName, 'contracted'>

/** Whose answer counts. */
export function authorityIn(mode: Mode): Side {
  return phases[mode].authority
}

/** The side that is written after the authority, where both are. */
export function replicaIn(mode: Mode): Side | undefined {
  return mode === 'legacy-leads' || mode === 'target-leads' ? otherSide(authorityIn(mode)) : undefined
}

/** What flags mean. */
export interface FlagMeaning {
  readonly mode: Mode
  readonly problems: readonly Problem[]
}

/**
 * The mode that flags mean. Flags under which a read would not see what was written are a problem, and mean the nearest mode
 * in which it does: a side is read only while it is written.
 *
 * @example
 * modeOf({ newStorage: false, newSave: true, newLoad: false }).mode // => 'legacy-leads'
 * modeOf({ newStorage: false, newSave: false, newLoad: true }).mode // => 'legacy-only'
 */
export function modeOf(flags: SwitchoverFlags): FlagMeaning {
  const saves = flags.newSave || flags.newStorage
  const loads = flags.newLoad || flags.newStorage
  const parallel = flags.parallel ?? !flags.newStorage
  if (!saves && !loads) return { mode: 'legacy-only', problems: [] }
  if (!saves) return contradiction(flags, 'what is read from the target is not written to it', 'legacy-only')
  if (!loads && !parallel)
    return contradiction(flags, 'what is read from legacy is not written to it', 'legacy-leads')
  if (!loads) return { mode: 'legacy-leads', problems: [] }
  return { mode: parallel ? 'target-leads' : 'target-only', problems: [] }
}

function contradiction(flags: SwitchoverFlags, why: string, mode: Mode): FlagMeaning {
  const on = (['newStorage', 'newSave', 'newLoad', 'parallel'] as const).map(
    (name) => `${name}=${flags[name] ?? 'unset'}`,
  )
  return { mode, problems: [errors.FLAGS_CONTRADICT.problem({ flags: on.join(' '), why, mode })] }
}
