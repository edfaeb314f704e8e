import type { PoolDatabase } from '@changeover/database'
import { workItemSystem } from '@changeover/work-items'
import { sampleDatabase } from './sample-database.ts'

/** A database of the work-item system with that many staff tasks, nothing brought over yet. */
export function workItemDatabase(
  serverUrl: string,
  rows: number,
): Promise<PoolDatabase & { readonly url: string }> {
  return sampleDatabase(workItemSystem, serverUrl, rows)
}
