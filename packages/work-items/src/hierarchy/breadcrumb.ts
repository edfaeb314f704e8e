import type { Queryable } from '@changeover/database'

import { errors } from '../errors.ts'
import { type HierarchyItem, itemColumns, maxLevels, requireSoundDepth } from './hierarchy-item.ts'

const statement = `
  with recursive trail (id, parent_id, distance) as (
    select id, parent_id, 0 from work_item where id = $1
    union all
    select above.id, above.parent_id, trail.distance + 1
    from trail join work_item above on above.id = trail.parent_id
    where trail.distance < $2::int
  )
  select ${itemColumns}, (max(trail.distance) over () - trail.distance)::int as depth
  from trail join work_item item on item.id = trail.id
  order by trail.distance desc`

/**
 * Gives the way from the root down to an item, both included.
 *
 * Cost: one round trip, one index look-up per level.
 * Errors: WORK_ITEMS.ITEM_NOT_FOUND; WORK_ITEMS.HIERARCHY_BROKEN.
 */
export async function breadcrumb(database: Queryable, id: string): Promise<readonly HierarchyItem[]> {
  const { rows } = await database.query<HierarchyItem>(statement, [id, maxLevels])
  if (rows.length === 0) throw errors.ITEM_NOT_FOUND({ id })
  requireSoundDepth(id, rows)
  return rows
}
