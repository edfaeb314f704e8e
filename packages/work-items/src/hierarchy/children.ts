import type { Queryable } from '@changeover/database'

import { type HierarchyItem, itemColumns } from './hierarchy-item.ts'
import { beginning, type Page, type PageOptions, pageOf } from './page.ts'

const statement = `
  select ${itemColumns}, 1 as depth
  from work_item item
  where item.parent_id = $1 and (item.created_at, item.id) > ($2::timestamptz, $3::uuid)
  order by item.created_at, item.id
  limit $4::int`

/**
 * Gives the children of an item, oldest first; none for an unknown one.
 *
 * Cost: one round trip, one index range of the length of the page.
 */
export async function children(database: Queryable, id: string, options: PageOptions = {}): Promise<Page> {
  const { limit = 100, after = beginning } = options
  const { rows } = await database.query<HierarchyItem>(statement, [id, after.createdAt, after.id, limit + 1])
  return pageOf(rows, limit)
}
