import { createPoolDatabase, type Database, type PoolDatabase } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { install } from '@changeover/migration'
import { generateStaffTasks, migrate, seedWorkItems, workItems } from '@changeover/work-items'

/**
 * A database of the work-item system with that many staff tasks, nothing brought over yet. Everything of the migration is
 * installed unless `prepare` does less.
 */
export async function workItemDatabase(
  serverUrl: string,
  rows: number,
  prepare: (database: Database) => Promise<unknown> = (database) => install(database, workItems),
): Promise<PoolDatabase & { readonly url: string }> {
  const { url } = await createTestDatabase({ serverUrl })
  await migrate(url)
  const database = createPoolDatabase({ url, maxConnections: 6 })
  await seedWorkItems(database)
  await generateStaffTasks(database, rows)
  await prepare(database)
  await database.query('VACUUM ANALYZE')
  return Object.assign(database, { url })
}
