import type { Database } from '@changeover/database'
import { createMemoryOutbox } from './memory-outbox.ts'
import { createMemoryNotes, createPostgresNotes, type Notes } from './notes.ts'
import type { Outbox } from './outbox.ts'
import { createPostgresOutbox } from './postgres-outbox.ts'

/** What a switchover must not forget. */
export interface Ledger {
  readonly outbox: Outbox
  readonly notes: Notes
}

/** A ledger of one process, which ends with it: for tests. */
export function createMemoryLedger(): Ledger {
  return { outbox: createMemoryOutbox(), notes: createMemoryNotes() }
}

/** A ledger in PostgreSQL, which all processes share. Its tables are made by `runDdl(database, ledgerDdl)`. */
export function createPostgresLedger(database: Database, switchover: string): Ledger {
  return {
    outbox: createPostgresOutbox(database, switchover),
    notes: createPostgresNotes(database, switchover),
  }
}
