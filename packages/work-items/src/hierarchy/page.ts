import type { HierarchyItem } from './hierarchy-item.ts'

/** Where a page ended: pass it as `after` to get the next one. */
export interface PageCursor {
  readonly depth: number
  readonly createdAt: string
  readonly id: string
}

export interface PageOptions {
  /** Items per page; 100 unless given. */
  readonly limit?: number
  /** The `next` of the page before. */
  readonly after?: PageCursor
}

/** A part of a list in a fixed order; rows added or removed elsewhere do not shift it. */
export interface Page {
  readonly items: readonly HierarchyItem[]
  /** Null on the last page. */
  readonly next: PageCursor | null
}

/** What comes before every item. */
export const beginning: PageCursor = {
  depth: -1,
  createdAt: '-infinity',
  id: '00000000-0000-0000-0000-000000000000',
}

/** Makes a page of rows that were asked for with `limit + 1`. */
export function pageOf(rows: readonly HierarchyItem[], limit: number): Page {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  if (rows.length <= limit || last === undefined) return { items, next: null }
  return { items, next: { depth: last.depth, createdAt: last.createdAt, id: last.id } }
}
