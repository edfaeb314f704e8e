import type { SyncResult } from '@changeover/sync'

/** What batches have done. `rows` were read; the others were written on the target, link rows as `linked` and `unlinked`. */
export interface Counts {
  readonly rows: number
  readonly inserted: number
  readonly updated: number
  readonly linked: number
  readonly unlinked: number
  readonly batches: number
}

export const noCounts: Counts = { rows: 0, inserted: 0, updated: 0, linked: 0, unlinked: 0, batches: 0 }

/** The counts of one batch. */
export function countsOf(rows: number, { inserted, updated, linked, unlinked }: SyncResult): Counts {
  return { rows, inserted, updated, linked, unlinked, batches: 1 }
}

export function addCounts(left: Counts, right: Counts): Counts {
  return {
    rows: left.rows + right.rows,
    inserted: left.inserted + right.inserted,
    updated: left.updated + right.updated,
    linked: left.linked + right.linked,
    unlinked: left.unlinked + right.unlinked,
    batches: left.batches + right.batches,
  }
}
