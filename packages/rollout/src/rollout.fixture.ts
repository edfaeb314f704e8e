import {
  createPoolDatabase,
  type Database,
  type PoolDatabase,
  runDdl,
  type Transaction,
} from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { ledgerDdl } from './ledger-ddl.ts'
import type { PhaseName } from './phase.ts'
import { storeFirstPhase } from './stored-phase.ts'

/** A database with the ledger, and as many connections as a test needs. */
export interface Home {
  readonly url: string
  readonly database: PoolDatabase
  /** Gives a migration of this name its first phase. */
  store(migration: string, phase?: PhaseName): Promise<void>
  close(): Promise<void>
}

/** Opens one; `rewrite` installs another ledger than ours: a prevention switched off. */
export async function openHome(rewrite: (text: string) => string = (text) => text): Promise<Home> {
  const home = await createTestDatabase()
  const database = createPoolDatabase({ url: home.url, maxConnections: 16 })
  await runDdl(
    database,
    ledgerDdl.map((each) => (typeof each === 'string' ? rewrite(each) : each)),
  )
  return {
    url: home.url,
    database,
    async store(migration, phase = 'legacy-only') {
      await database.transaction((tx) =>
        storeFirstPhase(tx, migration, { phase, by: 'test', reason: 'begin' }),
      )
    },
    async close() {
      await database.close()
      await home.drop()
    },
  }
}

/** A transaction that stays open until it is told to end. */
export interface OpenTransaction {
  readonly tx: Transaction
  commit(): Promise<void>
}

/** Opens a transaction on a connection of its own. */
export async function openTransaction(
  { database }: Pick<Home, 'database'>,
  ...options: Parameters<PoolDatabase['transaction']> extends [unknown, ...infer Rest] ? Rest : never
): Promise<OpenTransaction> {
  const ended = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<Transaction>()
  const work = database.transaction(
    async (tx) => {
      begun.resolve(tx)
      await ended.promise
    },
    ...options,
  )
  work.catch(begun.reject)
  const tx = await begun.promise
  return {
    tx,
    commit() {
      ended.resolve()
      return work
    },
  }
}

/** The database as it would be if this package had written other statements: a prevention switched off. */
function mutant(database: Database, rewrite: (text: string) => string): Database {
  const change = (tx: Transaction): Transaction => ({
    inTransaction: true,
    query: (text, params) => tx.query(rewrite(text), params),
  })
  return {
    inTransaction: false,
    query: (text, params) => database.query(rewrite(text), params),
    transaction: (work, options) => database.transaction((tx) => work(change(tx)), options),
  }
}

/** A mutant whose flips do not wait for the writers of the old phase. */
export const withoutFlipLock = (database: Database) =>
  mutant(database, (text) => text.replace(/^select pg_catalog\.pg_advisory_xact_lock\(.*$/, 'select 1'))

/** A mutant whose flips take the phase for what the caller believes. */
export const withoutEpochCheck = (database: Database) =>
  mutant(database, (text) =>
    text.replace(
      'where migration = $1 and epoch = $2::bigint and phase = $3',
      'where $2 <> $3 and migration = $1',
    ),
  )

/** A mutant that lets any number of operators work at once. */
export const withoutOperatorLock = (database: Database) =>
  mutant(database, (text) => text.replace(/pg_try_advisory_xact_lock\(.*\)/, '$1::text is not null'))

/** A mutant that waits for no transaction of the epoch before. */
export const withoutFence = (database: Database) =>
  mutant(database, (text) => text.replace('l.virtualxid = any($2::text[])', '$2::text[] is null'))

/** A mutant whose fence looks only at transactions that have written, as pg_snapshot_xmin does. */
export const withFenceOnWritersOnly = (database: Database) =>
  mutant(database, (text) =>
    text.replace('l.virtualxid = any($2::text[])', '$& and a.backend_xid is not null'),
  )

/** A mutant that finds no transition that was begun before. */
export const withoutRecord = (database: Database) =>
  mutant(database, (text) =>
    text.replace(/(from changeover\.transition where migration = \$1 and) finished_at is null/, '$1 false'),
  )
