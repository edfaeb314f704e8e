import { ledgerDdl as backfillLedger } from '@changeover/backfill'
import { createPoolDatabase, type PoolDatabase, runDdl } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import type { SampleSystem } from '@changeover/migration'
import { identityIndexSql } from '@changeover/sync'
import { ledgerDdl as verifierLedger } from '@changeover/verifier'

/**
 * A database of a system with that many rows, nothing brought over yet. What backfill and verification need is installed, without the
 * triggers of dual write and the indexes of the proxies.
 */
export async function sampleDatabase(
  { migration, migrate, seed, generate }: SampleSystem,
  serverUrl: string,
  rows: number,
): Promise<PoolDatabase & { readonly url: string }> {
  const { url } = await createTestDatabase({ serverUrl })
  await migrate(url)
  const database = createPoolDatabase({ url, maxConnections: 12 })
  await seed(database)
  await generate(database, rows)
  const indexes = migration.mappings.flatMap((mapping) => identityIndexSql(mapping)?.text ?? [])
  await runDdl(database, [
    ...backfillLedger,
    ...verifierLedger,
    ...indexes.map((text) => ({ text, concurrently: true })),
  ])
  await database.query('VACUUM ANALYZE')
  return Object.assign(database, { url })
}
