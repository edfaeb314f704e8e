import type { Problem } from '@changeover/errors'
import { authorityIn, type Mode, replicaIn } from './mode.ts'
import type { Json } from './notes.ts'
import { otherSide, type Side } from './side.ts'

/** What one operation goes by, from its beginning to its end. */
export interface Standing {
  readonly mode: Mode
  readonly authority: Side
  /** The side that is written second; undefined where only one is written. */
  readonly replica: Side | undefined
  /** Whether a side has everything that was ever written, but for what the outbox owes it. */
  readonly isWhole: Readonly<Record<Side, boolean>>
  /** Whether latencies are measured. */
  readonly monitoring: boolean
  /** Why the mode is not the one that the flags ask for, or may not stay. */
  readonly problems: readonly Problem[]
}

/** What all processes of a switchover know of it. */
export interface StandingNote {
  /** Grows with every change: an older one never replaces a newer. */
  readonly version: number
  readonly isWhole: Readonly<Record<Side, boolean>>
  /** Grows whenever a side is left out of a write: a copy that began before that does not make it whole. */
  readonly gaps: Readonly<Record<Side, number>>
  /** Switched off by a rollback, whatever the flags say. */
  readonly off: readonly SwitchedOff[]
  /** Why something was switched off. */
  readonly reason: string
}

type SwitchedOff = 'newLoad' | 'newSave' | 'parallel' | 'newStorage'

/** A switchover that begins: everything is in legacy, and nothing was switched off. */
const firstNote: StandingNote = Object.freeze({
  version: 0,
  isWhole: Object.freeze({ legacy: true, target: false }),
  gaps: Object.freeze({ legacy: 0, target: 0 }),
  off: Object.freeze([]),
  reason: '',
})

/** Where it is among the notes. */
export const noteName = 'standing'

/** A note as it was stored. */
export function noteFrom(stored: Json | undefined): StandingNote {
  return stored === undefined ? firstNote : (stored as unknown as StandingNote) // nobody else writes it
}

export function noteToJson(note: StandingNote): Json {
  return note as unknown as Json // it holds nothing else
}

/** A side was left out of a write. */
export function withGap(note: StandingNote, side: Side): StandingNote {
  return {
    ...note,
    isWhole: { ...note.isWhole, [side]: false },
    gaps: { ...note.gaps, [side]: note.gaps[side] + 1 },
  }
}

/** A side has everything, unless it was left out since the gaps were these. */
export function withWhole(note: StandingNote, side: Side, gaps: number): StandingNote {
  return note.gaps[side] === gaps ? { ...note, isWhole: { ...note.isWhole, [side]: true } } : note
}

/** The mode that is wanted, or, where the side that would lead lacks writes, the one in which the other leads and both are written. */
export function permittedMode(wanted: Mode, isWhole: StandingNote['isWhole']): Mode {
  const authority = authorityIn(wanted)
  if (isWhole[authority] || !isWhole[otherSide(authority)]) return wanted
  return authority === 'legacy' ? 'target-leads' : 'legacy-leads'
}

const order: readonly Mode[] = ['legacy-only', 'legacy-leads', 'target-leads', 'target-only']

/**
 * One step on the way from a mode to another, so that two processes of which one is behind are never further apart than that.
 * A side is left out only after both were written for a while (`hasDwelt`).
 */
export function nextMode(from: Mode | undefined, to: Mode, hasDwelt: boolean): Mode {
  if (from === undefined || from === to) return to
  const next = order[order.indexOf(from) + Math.sign(order.indexOf(to) - order.indexOf(from))] ?? to
  return leftOutIn(next) !== undefined && !hasDwelt ? from : next
}

/** The side that a mode leaves out of every write. */
export function leftOutIn(mode: Mode): Side | undefined {
  return replicaIn(mode) === undefined ? otherSide(authorityIn(mode)) : undefined
}

/** The standing that a mode means. */
export function standingOf(
  mode: Mode,
  rest: Pick<Standing, 'isWhole' | 'monitoring' | 'problems'>,
): Standing {
  return Object.freeze({ mode, authority: authorityIn(mode), replica: replicaIn(mode), ...rest })
}
