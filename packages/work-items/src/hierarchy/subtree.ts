import type { Queryable } from '@changeover/database'

import { errors } from '../errors.ts'
import { type HierarchyItem, itemColumns, maxLevels, requireSoundDepth } from './hierarchy-item.ts'
import { beginning, type Page, type PageOptions, pageOf } from './page.ts'

export interface SubtreeOptions extends PageOptions {
  /** Levels below the item; all of them unless given. */
  readonly depth?: number
}

// The recursion carries only what the index on the parent holds; the page fetches the rest. Of a level that
// comes after the cursor no more children are read than fill a page: whoever has more of them fills it, and
// nothing below that level is on the page.
const statement = `
  with recursive tree (id, created_at, depth) as (
    select id, created_at, 0 from work_item where id = $1
    union all
    select child.id, child.created_at, tree.depth + 1
    from tree cross join lateral (
      select id, created_at from work_item
      where parent_id = tree.id
      order by created_at, id
      limit case when tree.depth >= $3::int then $6::int end
    ) child
    where tree.depth < $2::int
  ), page as (
    select * from tree
    where (depth, created_at, id) > ($3::int, $4::timestamptz, $5::uuid)
    order by depth, created_at, id
    limit $6::int
  )
  select ${itemColumns}, page.depth
  from page join work_item item on item.id = page.id
  order by page.depth, page.created_at, page.id`

/**
 * Gives an item and all that is below it: level by level, oldest first.
 *
 * Cost: one round trip and, for the first page, index ranges of some pages' length; for a later one, of all that
 * comes before it.
 * Errors: WORK_ITEMS.ITEM_NOT_FOUND; WORK_ITEMS.HIERARCHY_BROKEN.
 */
export async function subtree(database: Queryable, id: string, options: SubtreeOptions = {}): Promise<Page> {
  const { limit = 100, after = beginning, depth = maxLevels } = options
  const { rows } = await database.query<HierarchyItem>(statement, [
    id,
    Math.min(depth, maxLevels),
    after.depth,
    after.createdAt,
    after.id,
    limit + 1,
  ])
  if (rows.length === 0 && after === beginning) throw errors.ITEM_NOT_FOUND({ id })
  requireSoundDepth(id, rows)
  return pageOf(rows, limit)
}
