import { createPoolDatabase, type PoolDatabase } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { install } from '@changeover/migration'
import { generateStaffTasks, migrate, seedWorkItems, workItems } from '@changeover/work-items'

/** A database of the work-item system with that many staff tasks, installed, projects and events not yet brought over. */
export async function workItemDatabase(
  serverUrl: string,
  rows: number,
): Promise<PoolDatabase & { readonly url: string }> {
  const { url } = await createTestDatabase({ serverUrl })
  await migrate(url)
  const database = createPoolDatabase({ url, maxConnections: 6 })
  await seedWorkItems(database)
  await generateStaffTasks(database, rows)
  await install(database, workItems)
  await database.query('VACUUM ANALYZE')
  return Object.assign(database, { url })
}
