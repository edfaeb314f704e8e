import type { Problem } from '@changeover/errors'
import { errors } from './errors.ts'
import { flagsOff, type SwitchoverFlags } from './flags.ts'
import type { FlagSource } from './flag-source.ts'
import { authorityIn, type Mode, modeOf } from './mode.ts'
import type { Notes } from './notes.ts'
import type { Side } from './side.ts'
import {
  leftOutIn,
  nextMode,
  noteFrom,
  noteName,
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
/** How long both sides are written before one is left out: until every process has learned who leads. */
const dwellMs = 2 * freshMs
/** How long the flags and the ledger may keep an operation waiting. */
export const askMs = 1000

/** Decides what each operation goes by: the flags, held to what the sides can bear. */
export interface Control {
  /** One snapshot for one operation. It never fails, and never waits longer than `askMs`. */
  current(): Promise<Standing>
  /** A side was left out of a write that the outbox knows nothing of. */
  leaveOut(side: Side): void
  /** Whether operations that begin now go by this mode. */
  isStill(mode: Mode): boolean
  /** Looks at the shared note now; false where the ledger does not answer. */
  refresh(): Promise<boolean>
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
  #enteredAt = 0
  #refreshing: Promise<boolean> | undefined
  #changing: Promise<Mode> | undefined
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
    const { mode } = modeOf(withoutSwitchedOff(this.#flags, this.#note))
    await this.#enter(mode)
    await this.current()
  }

  async current(): Promise<Standing> {
    await this.#askFlags()
    const ageMs = performance.now() - this.#readAt
    if (ageMs > freshMs) await this.refresh()
    else if (ageMs > freshMs / 2) void this.refresh()
    const { mode: wanted, problems } = modeOf(withoutSwitchedOff(this.#flags, this.#note))
    const next = this.#next(wanted)
    const mode = next === this.#entered ? next : await this.#change(wanted)
    const standing = standingOf(mode, {
      isWhole: this.#note.isWhole,
      monitoring: this.#flags.monitoring ?? true,
      problems: [...problems, ...this.#problems(wanted, mode)],
    })
    this.#last = standing
    return standing
  }

  isStill(mode: Mode): boolean {
    return this.#entered === mode
  }

  leaveOut(side: Side): void {
    this.#note = withGap(this.#note, side)
    this.#untold.add(side)
  }

  async change(how: (note: StandingNote) => StandingNote): Promise<StandingNote> {
    const stored = await this.#notes.change(noteName, (old) => {
      const before = noteFrom(old)
      return noteToJson({ ...how(before), version: before.version + 1 })
    })
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

  /** From one mode to another, for all operations that begin meanwhile. Where the ledger is silent the old one stays. */
  #change(wanted: Mode): Promise<Mode> {
    this.#changing ??= this.#notePatience(() => this.#enter(wanted))
      .catch(() => this.#entered ?? wanted)
      .finally(() => {
        this.#changing = undefined
      })
    return this.#changing
  }

  /**
   * What was left out until now is told to everybody before the new mode begins, and what will be left out before the first
   * write does it.
   */
  async #enter(wanted: Mode): Promise<Mode> {
    const until = this.#entered === undefined ? undefined : leftOutIn(this.#entered)
    if (until === undefined) this.#take(noteFrom(await this.#notes.read(noteName)))
    else await this.change((note) => withGap(note, until))
    const mode = this.#next(wanted)
    const from = leftOutIn(mode)
    if (from !== undefined) await this.change((note) => withGap(note, from))
    if (mode !== this.#entered) this.#enteredAt = performance.now()
    this.#entered = mode
    return mode
  }

  #next(wanted: Mode): Mode {
    const hasDwelt = performance.now() - this.#enteredAt >= dwellMs
    return nextMode(this.#entered, permittedMode(wanted, this.#note.isWhole), hasDwelt)
  }

  /** What others have changed, and what this process has left out since: once a second. */
  refresh(): Promise<boolean> {
    const leftOut = this.#entered === undefined ? undefined : leftOutIn(this.#entered)
    const tell = new Set([...this.#untold, ...(leftOut === undefined ? [] : [leftOut])])
    const look = async () => {
      if (tell.size === 0) return this.#take(noteFrom(await this.#notes.read(noteName)))
      await this.change((note) => [...tell].reduce(withGap, note))
      for (const side of tell) this.#untold.delete(side)
    }
    this.#refreshing ??= this.#notePatience(look)
      .then(
        () => true,
        () => {
          this.#readAt = performance.now() // asked again a second later; until then the last note holds
          return false
        },
      )
      .finally(() => {
        this.#refreshing = undefined
      })
    return this.#refreshing
  }

  #take(note: StandingNote): void {
    if (note.version >= this.#note.version) this.#note = [...this.#untold].reduce(withGap, note)
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
