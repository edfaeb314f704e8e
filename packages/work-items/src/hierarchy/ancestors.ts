import type { Queryable } from '@changeover/database'

import { breadcrumb } from './breadcrumb.ts'
import type { HierarchyItem } from './hierarchy-item.ts'

/**
 * Gives what is above an item, the root first; nothing for a root.
 *
 * Cost and errors: those of `breadcrumb`.
 */
export async function ancestors(database: Queryable, id: string): Promise<readonly HierarchyItem[]> {
  return (await breadcrumb(database, id)).slice(0, -1)
}
