import type { Problem } from '@changeover/errors'
import { errors } from './errors.ts'
import { flagsOff, type SwitchoverFlags } from './flags.ts'
import type { FlagSource } from './flag-source.ts'
import { authorityIn, type Mode, modeOf } from './mode.ts'
import type { Notes } from './notes.ts'
import type { Side } from './side.ts'
import {
  leftOutIn,
  noteFrom,
  noteToJson,
  permittedMode,
  type Standing,
  standingOf,
  type StandingNote,
  withGap,
} from './standing.ts'
import { createPatience } from './patience.ts'

/** How old the shared note may be in a process. */
const freshMs = 1000
/** How long the flags and the ledger may keep an operation waiting. */
export const askMs = 500
const noteName = 'standing'

/** Decides what each operation goes by: the flags, held to what the sides can bear. */
export interface Control {
  /** One snapshot for one operation. It never fails, and never waits longer than `askMs`. */
  current(): Promise<Standing>
  /** A side was left out of a write that the outbox knows nothing of. */
  leaveOut(side: Side): void
  /** Changes the shared note, and acts on it at once in this process. */
  change(how: (note: StandingNote) => StandingNote): Promise<StandingNote>
  /** The note as this process knows it. */
  note(): StandingNote
  /** What was asked of the flags last, with what was wrong with them. */
  last(): Standing
}

/**
 * Reads flags and note once; a process that cannot does not start, since any default could be the wrong side.
 *
 * Errors: those of the flag source and of the notes.
 */
export async function openControl(switchover: string, source: FlagSource, notes: Notes): Promise<Control> {
  const state = new ControlState(switchover, source, notes)
  await state.start()
  return state
}

class ControlState implements Control {
  readonly #switchover: string
  readonly #source: FlagSource
  readonly #notes: Notes
  #flags: SwitchoverFlags = flagsOff
  #flagProblem: Problem | undefined
  #note: StandingNote = noteFrom(undefined)
  #readAt = 0
  /** Sides that this process has left out, and has not told the others yet. */
  readonly #untold = new Set<Side>()
  #entered: Mode | undefined
  #refreshing: Promise<void> | undefined
  #last: Standing | undefined
  readonly #flagPatience = createPatience(askMs)
  readonly #notePatience = createPatience(askMs)

  constructor(switchover: string, source: FlagSource, notes: Notes) {
    this.#switchover = switchover
    this.#source = source
    this.#notes = notes
  }

  async start(): Promise<void> {
    this.#flags = await this.#source()
    this.#take(noteFrom(await this.#notes.read(noteName)))
    await this.current()
  }

  async current(): Promise<Standing> {
    await this.#askFlags()
    if (performance.now() - this.#readAt > freshMs) void this.#refresh()
    const { mode: wanted, problems } = modeOf(withoutSwitchedOff(this.#flags, this.#note))
    const { isWhole } = this.#note
    const permitted = permittedMode(wanted, isWhole)
    const mode = permitted === this.#entered ? permitted : await this.#enter(permitted)
    const standing = standingOf(mode, {
      isWhole,
      monitoring: this.#flags.monitoring ?? true,
      problems: [...problems, ...this.#problems(wanted, mode)],
    })
    this.#last = standing
    return standing
  }

  leaveOut(side: Side): void {
    this.#note = withGap(this.#note, side)
    this.#untold.add(side)
  }

  async change(how: (note: StandingNote) => StandingNote): Promise<StandingNote> {
    const stored = await this.#notes.change(noteName, (old) => noteToJson(how(noteFrom(old))))
    this.#take(noteFrom(stored))
    return this.#note
  }

  note(): StandingNote {
    return this.#note
  }

  last(): Standing {
    return this.#last ?? standingOf('legacy-only', { ...this.#note, monitoring: true, problems: [] })
  }

  async #askFlags(): Promise<void> {
    try {
      const asked = this.#source()
      this.#flags = asked instanceof Promise ? await this.#flagPatience(() => asked) : asked
      this.#flagProblem = undefined
    } catch {
      this.#flagProblem = errors.FLAGS_UNKNOWN.problem({ mode: this.#last?.mode ?? 'legacy-only' })
    }
  }

  /** Leaving a side out is told to everybody before the first write does it; until then both are written. */
  async #enter(mode: Mode): Promise<Mode> {
    const side = leftOutIn(mode)
    try {
      if (side !== undefined) await this.#notePatience(() => this.change((note) => withGap(note, side)))
      this.#entered = mode
      return mode
    } catch {
      return mode === 'legacy-only' ? 'legacy-leads' : 'target-leads'
    }
  }

  /** Once a second: what others have changed, and what this process has left out since. */
  #refresh(): Promise<void> {
    const leftOut = this.#entered === undefined ? undefined : leftOutIn(this.#entered)
    const tell = new Set([...this.#untold, ...(leftOut === undefined ? [] : [leftOut])])
    this.#refreshing ??= (
      tell.size > 0
        ? this.change((note) => [...tell].reduce(withGap, note)).then(() => this.#told(tell))
        : this.#notes.read(noteName).then((stored) => this.#take(noteFrom(stored)))
    )
      .catch(() => {
        this.#readAt = performance.now() // asked again a second later; until then the last note holds
      })
      .finally(() => {
        this.#refreshing = undefined
      })
    return this.#refreshing
  }

  #told(sides: ReadonlySet<Side>): void {
    for (const side of sides) this.#untold.delete(side)
  }

  #take(note: StandingNote): void {
    this.#note = [...this.#untold].reduce(withGap, note)
    this.#readAt = performance.now()
  }

  #problems(wanted: Mode, mode: Mode): readonly Problem[] {
    const switchover = this.#switchover
    const behind =
      wanted === mode || authorityIn(wanted) === authorityIn(mode)
        ? []
        : [errors.SIDE_BEHIND.problem({ switchover, side: authorityIn(wanted), wanted, mode })]
    const silent = this.#untold.size > 0 ? [errors.LEDGER_SILENT.problem({ switchover })] : []
    return [...behind, ...silent, ...(this.#flagProblem === undefined ? [] : [this.#flagProblem])]
  }
}

/** What was switched off stays off. Without the target's own storage, both sides are written as long as parallel mode is not off. */
function withoutSwitchedOff(flags: SwitchoverFlags, { off }: StandingNote): SwitchoverFlags {
  if (off.length === 0) return flags
  const has = (name: StandingNote['off'][number]) => off.includes(name)
  return {
    ...flags,
    newLoad: (flags.newLoad || flags.newStorage) && !has('newLoad') && !has('newStorage'),
    newSave: (flags.newSave || flags.newStorage) && !has('newSave') && !has('newStorage'),
    newStorage: flags.newStorage && !has('newStorage') && !has('newLoad'),
    parallel: has('parallel') ? false : has('newLoad') ? true : flags.parallel,
  }
}
