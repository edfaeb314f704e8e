/** Which side is the source of truth. The other one is its replica. */
export type Authority = 'legacy' | 'target'

/** The seeds' three switches, as the application sees them. */
export interface Flags {
  /** The application uses the target. */
  readonly useTarget: boolean
  /** Writes reach both sides. */
  readonly dualWrite: boolean
  /** Direct writes to legacy are refused. */
  readonly legacyReadOnly: boolean
}

/** One phase of a changeover. `flags` are absent where no application reads them any more. */
export interface Phase {
  readonly name: PhaseName
  readonly authority: Authority
  readonly flags: Flags | undefined
  /** What happens to the other side. */
  readonly replica: string
}

export const phaseNames = [
  'legacy-only',
  'legacy-leads',
  'target-leads',
  'target-only',
  'contracted',
] as const

export type PhaseName = (typeof phaseNames)[number]

/** Every phase, in the order in which a changeover passes them. */
export const phases: Readonly<Record<PhaseName, Phase>> = Object.freeze({
  'legacy-only': phase('legacy-only', 'legacy', [false, false, false], 'not written'),
  'legacy-leads': phase('legacy-leads', 'legacy', [false, true, false], 'synced in the same transaction'),
  'target-leads': phase(
    'target-leads',
    'target',
    [true, true, true],
    'synced back in the same transaction; direct writes refused',
  ),
  'target-only': phase('target-only', 'target', [true, false, true], 'frozen; direct writes refused'),
  contracted: phase('contracted', 'target', undefined, 'archived, then dropped'),
})

/** The phase that these flags mean, or undefined where they contradict each other. */
export function phaseOf(flags: Flags): Phase | undefined {
  return Object.values(phases).find((each) => each.flags !== undefined && distance(each.flags, flags) === 0)
}

/** The phases whose flags are nearest to these, for a message: one switch away wherever there are any. */
export function nearestPhases(flags: Flags): readonly Phase[] {
  const measured = Object.values(phases).flatMap((each) =>
    each.flags === undefined ? [] : [{ each, apart: distance(each.flags, flags) }],
  )
  const least = Math.min(...measured.map(({ apart }) => apart))
  return measured.filter(({ apart }) => apart === least).map(({ each }) => each)
}

function distance(left: Flags, right: Flags): number {
  return (['useTarget', 'dualWrite', 'legacyReadOnly'] as const).filter((name) => left[name] !== right[name])
    .length
}

function phase(
  name: PhaseName,
  authority: Authority,
  flags: readonly [boolean, boolean, boolean] | undefined,
  replica: string,
): Phase {
  const [useTarget = false, dualWrite = false, legacyReadOnly = false] = flags ?? []
  const named = flags && Object.freeze({ useTarget, dualWrite, legacyReadOnly })
  return Object.freeze({ name, authority, flags: named, replica })
}
