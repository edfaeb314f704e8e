import { ledgerDdl as backfillLedger } from '@changeover/backfill'
import { createPoolDatabase, type PoolDatabase, runDdl } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { identityIndexSql } from '@changeover/sync'
import { ledgerDdl as verifierLedger } from '@changeover/verifier'
import { generateStaffTasks, migrate, seedWorkItems, workItems } from '@changeover/work-items'

/**
 * A database of the work-item system with that many staff tasks, nothing brought over yet. What backfill and verification need is
 * installed, without the triggers of dual write and the indexes of the proxies.
 */
export async function workItemDatabase(
  serverUrl: string,
  rows: number,
): Promise<PoolDatabase & { readonly url: string }> {
  const { url } = await createTestDatabase({ serverUrl })
  await migrate(url)
  const database = createPoolDatabase({ url, maxConnections: 12 })
  await seedWorkItems(database)
  await generateStaffTasks(database, rows)
  const indexes = workItems.mappings.flatMap((mapping) => identityIndexSql(mapping)?.text ?? [])
  await runDdl(database, [
    ...backfillLedger,
    ...verifierLedger,
    ...indexes.map((text) => ({ text, concurrently: true })),
  ])
  await database.query('VACUUM ANALYZE')
  return Object.assign(database, { url })
}
