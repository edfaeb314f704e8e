import type { Direction, Mapping } from '@changeover/mapping'
import type { Brought, Refused } from './bring-along.ts'
import type { Key } from './key.ts'
import { refusalsOf } from './write.ts'

/** A row that a rule cannot map, and is therefore left as it was on the replica. */
export interface RefusedRow {
  readonly key: Key
  readonly rule: string
  readonly field: string
  readonly why: string
}

/** Rows of the replica that were written. `linked` and `unlinked` count link rows. */
export interface Counts {
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly linked: number
  readonly unlinked: number
}

/** Rows of the replica that were written, and those that could not be. */
export interface SyncResult extends Counts {
  readonly refused: readonly RefusedRow[]
  /** Rows that others could not do without, and were synced for their sake. Those of another mapping are not counted above. */
  readonly brought: readonly Brought[]
}

const noCounts: Counts = { inserted: 0, updated: 0, deleted: 0, linked: 0, unlinked: 0 }
export const nothing: SyncResult = { ...noCounts, refused: [], brought: [] }

export function addCounts(left: Counts, right: Counts): Counts {
  return {
    inserted: left.inserted + right.inserted,
    updated: left.updated + right.updated,
    deleted: left.deleted + right.deleted,
    linked: left.linked + right.linked,
    unlinked: left.unlinked + right.unlinked,
  }
}

export function addResults(left: SyncResult, right: SyncResult): SyncResult {
  return {
    ...addCounts(left, right),
    refused: [...left.refused, ...right.refused],
    brought: [...left.brought, ...right.brought],
  }
}

/** The row of the write statement. */
export interface WriteRow extends Counts {
  readonly fresh: string | null
  readonly refused: string | null
  readonly isolation: string
}

export const noRow: WriteRow = { ...noCounts, fresh: null, refused: null, isolation: '' }

export function parseKeys(text: string | null): readonly Key[] {
  return text === null ? [] : (JSON.parse(text) as Key[]) // the statement builds a list of lists of text
}

export function parseRefused(text: string | null): readonly Refused[] {
  return text === null ? [] : (JSON.parse(text) as Refused[]) // as above
}

/** Says which rule refused each row, of which field, and why. */
export function explain(
  mapping: Mapping,
  direction: Direction,
  refused: readonly Refused[],
): readonly RefusedRow[] {
  const reasons = refused.length === 0 ? [] : refusalsOf(mapping, direction)
  return refused.flatMap(({ key, refusal, because }) => {
    const reason = reasons[refusal]
    if (!reason) return []
    const why = because === undefined ? reason.why : `${reason.why}: ${because}`
    return [{ key, rule: reason.rule, field: reason.field, why }]
  })
}

/** The reason as the end of a sentence about the row. */
export function reasonOf({ field, why, rule }: RefusedRow): string {
  return `${field} ${why} (${rule})`
}
