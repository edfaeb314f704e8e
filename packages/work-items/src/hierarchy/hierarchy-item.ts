import { errors } from '../errors.ts'
import { type WorkType, workTypes } from '../target/allowed-children.ts'
import type { WorkItem } from '../target/work-item.ts'

/** A work item as trees and trails show it. */
export interface HierarchyItem {
  readonly id: string
  readonly parentId: string | null
  readonly workType: WorkType
  readonly title: string
  readonly status: WorkItem['status']
  /** Text, to the microsecond. */
  readonly createdAt: string
  /** Levels below the item that was asked about, or below the root for a trail. */
  readonly depth: number
}

/** The columns of a `HierarchyItem` but its depth, of a table that is called `item`. */
export const itemColumns = `item.id, item.parent_id as "parentId", item.work_type as "workType", item.title,
  item.status, item.created_at::text as "createdAt"`

/** How many levels a hierarchy can have: the types of a path are all different. */
export const maxLevels = workTypes.length

/** Refuses what only rows written past the triggers can give. */
export function requireSoundDepth(id: string, items: readonly HierarchyItem[]): void {
  if (items.some((item) => item.depth >= maxLevels)) throw errors.HIERARCHY_BROKEN({ id, levels: maxLevels })
}
