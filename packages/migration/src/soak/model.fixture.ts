import type { PhaseName } from '@changeover/rollout'

/** What a note is, whichever side says it. */
export interface Note {
  readonly title: string
  readonly priority: 'low' | 'high'
  /** Whether the target has it as `urgent`, which legacy reads as `high`. */
  readonly isUrgent: boolean
  readonly rank: number
  readonly parent: number | null
  readonly tags: ReadonlySet<string>
}

/** What must be true: every acknowledged write, and nothing else. Notes that have no legacy key yet stand under negative ones. */
export interface Model {
  readonly notes: Map<number, Note>
  phase: PhaseName
  /** Whether the target has everything: since the backfill, until dual write ends. */
  isFilled: boolean
  /** Whether dual write was off since the backfill began: the gate asks for a new one, and rows that went meanwhile must go. */
  isStale: boolean
  hasLed: boolean
  /** Numbers the titles, so that each is seen once. */
  written: number
}

export type Side = 'legacy' | 'target'

const rankOfLegacy = 7

/** The model of the eight notes that every run begins with. */
export function firstModel(): Model {
  const notes = Array.from({ length: 8 }, (_none, index): [number, Note] => {
    const key = index + 1
    const parent = key === 1 ? null : key - 1
    return [key, { ...blank(`old ${key}`), parent, tags: new Set(key % 2 === 1 ? ['a'] : []) }]
  })
  return {
    notes: new Map(notes),
    phase: 'legacy-leads',
    isFilled: false,
    isStale: false,
    hasLed: false,
    written: 0,
  }
}

/** A note that says only its title. */
export function blank(title: string): Note {
  return { title, priority: 'low', isUrgent: false, rank: rankOfLegacy, parent: null, tags: new Set() }
}

export function authorityOf({ phase }: Model): Side {
  return phase === 'legacy-only' || phase === 'legacy-leads' ? 'legacy' : 'target'
}

/** A legacy key that is there; undefined for none. */
export function pick({ notes }: Model, at: number): number | undefined {
  const keys = [...notes.keys()].filter((key) => key > 0).toSorted((left, right) => left - right)
  return keys[at % keys.length]
}

/** What a write of legacy code leaves of a note: an `urgent` that still reads as it says is kept, and one that nobody mirrors is not touched. */
export function legacyWrites(model: Model, key: number, change: Partial<Note>): void {
  const before = model.notes.get(key)
  if (before === undefined) return
  const after = { ...before, ...change }
  const isKept = model.phase === 'legacy-only' || after.priority === 'high'
  model.notes.set(key, { ...after, isUrgent: before.isUrgent && isKept })
}

export function targetWrites(model: Model, key: number, change: Partial<Note>): void {
  const before = model.notes.get(key)
  if (before !== undefined) model.notes.set(key, { ...before, ...change })
}

/** Deletes notes; those under them stay, without a parent. */
export function removes(model: Model, keys: readonly number[]): void {
  for (const key of keys) model.notes.delete(key)
  for (const [key, note] of model.notes)
    if (note.parent !== null && keys.includes(note.parent)) model.notes.set(key, { ...note, parent: null })
}

/** A title that no note has had. */
export function titled(model: Model): string {
  model.written += 1
  return `w${model.written}`
}
