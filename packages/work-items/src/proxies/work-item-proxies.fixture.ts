import { type Database, fromPool, runDdl } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { installProxies } from '@changeover/proxies'
import { proxyDiscovery, StaleTwins } from '@changeover/proxies/mikro-orm'
import { createSync, identityIndexSql, type Sync } from '@changeover/sync'
import { MikroORM } from '@mikro-orm/postgresql'
import { migrate, ormOptions, seedWorkItems, workItems } from '../index.ts'

export interface WorkItemProxies {
  readonly url: string
  readonly database: Database
  readonly sync: Sync
  readonly orm: MikroORM
  close(): Promise<void>
}

/** The sample data on both sides, and the proxies over the target. */
export async function openWorkItemProxies(
  addRows: (database: Database) => Promise<unknown> = async () => {},
): Promise<WorkItemProxies> {
  const created = await createTestDatabase()
  const database = fromPool(created.pool())
  await migrate(created.url)
  await seedWorkItems(database)
  await addRows(database)
  const { mappings } = workItems
  const sync = createSync(mappings)
  await runDdl(
    database,
    mappings.map((mapping) => ({ text: identityIndexSql(mapping)?.text ?? '', concurrently: true })),
  )
  for (const mapping of mappings)
    await database.transaction((tx) => sync.batch(tx, mapping, 'forward', {}, { heldValues: 'overwrite' }))
  await installProxies(database, { mappings })
  const orm = new MikroORM({
    ...ormOptions,
    clientUrl: created.url,
    discovery: { onMetadata: proxyDiscovery(mappings) },
    subscribers: [new StaleTwins(mappings)],
  })
  return {
    url: created.url,
    database,
    sync,
    orm,
    close: async () => {
      await orm.close(true)
      await created.drop()
    },
  }
}
