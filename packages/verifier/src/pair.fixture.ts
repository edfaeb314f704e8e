import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { type Database, fromPool, runDdl } from '@changeover/database'
import type { Mapping } from '@changeover/mapping'
import { createSync, identityIndexSql, type Sync } from '@changeover/sync'
import {
  createVerifier,
  findingText,
  ledgerDdl,
  type Verification,
  type Verifier,
  type VerifyOptions,
} from './index.ts'

export interface Pair {
  readonly url: string
  readonly database: Database
  readonly sync: Sync
  readonly verifier: Verifier
  run(text: string): Promise<void>
  /** The rows of a query, each as the text of its first column. */
  texts(query: string): Promise<readonly (string | null)[]>
  /** Writes the whole target from legacy. */
  fill(): Promise<void>
  verify(options?: VerifyOptions): Promise<Verification>
  /** The findings of a verification in words. */
  found(options?: VerifyOptions): Promise<readonly string[]>
  close(): Promise<void>
}

/** A database with the two tables of one mapping. */
export async function openPair(mapping: Mapping, schema: string): Promise<Pair> {
  const created = await createTestDatabase()
  const database = fromPool(created.pool())
  await database.query(schema)
  await runDdl(database, ledgerDdl)
  const index = identityIndexSql(mapping)
  if (index) await database.query(index.text)
  const sync = createSync([mapping])
  const verifier = createVerifier({ database, sync, migration: 'pair' })
  const verify = (options?: VerifyOptions) => verifier.verify([mapping], { chunkRows: 3, ...options })
  return {
    url: created.url,
    database,
    sync,
    verifier,
    run: async (text) => void (await database.query(text)),
    texts: async (query) =>
      (await database.query(query)).rows.map((row) => {
        const [value] = Object.values(row)
        return value === null || value === undefined ? null : String(value)
      }),
    fill: async () =>
      void (await database.transaction((tx) =>
        sync.batch(tx, mapping, 'forward', {}, { heldValues: 'overwrite' }),
      )),
    verify,
    found: async (options) => (await verify(options)).findings.map(findingText),
    close: () => created.drop(),
  }
}
