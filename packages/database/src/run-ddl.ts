import { setTimeout } from 'node:timers/promises'
import type { Database, Transaction } from './database.ts'
import { errors } from './errors.ts'
import { type ConcurrentIndex, readConcurrentIndex } from './concurrent-index.ts'
import { type RetryOptions, retryConflicts, retrying } from './retrying.ts'

/** A statement for the transaction, or one that PostgreSQL runs only outside (`… CONCURRENTLY …`). */
export type DdlStatement = string | { readonly text: string; readonly concurrently?: boolean }

export interface DdlOptions extends RetryOptions {
  /** How long a statement may wait for a lock, and so make others wait behind it; 1 s unless given. */
  readonly lockTimeoutMs?: number
}

interface Settings extends RetryOptions {
  readonly lockTimeoutMs: number
}

/**
 * Changes the schema without ever blocking others for longer than the lock timeout.
 *
 * Neighbouring statements share one transaction, which is given up and run again when it does not
 * get its locks in time: keep them few, since each may hold its locks while the next one waits. A concurrent statement runs alone; an invalid index that an earlier attempt
 * left under its name is dropped first.
 *
 * Errors: DATABASE.LOCK_TIMEOUT when the last attempt (of 10 unless given) got no lock either;
 * DATABASE.TRANSACTION_OPEN for a concurrent statement inside a transaction.
 */
export async function runDdl(
  database: Database,
  statements: readonly DdlStatement[],
  options: DdlOptions = {},
): Promise<void> {
  const settings = { lockTimeoutMs: 1_000, attempts: 10, baseDelayMs: 200, ...options }
  for (const step of stepsOf(statements)) {
    await (Array.isArray(step)
      ? runTogether(database, step, settings)
      : runAlone(database, step.text, settings))
  }
}

type Step = string[] | { readonly text: string }

function stepsOf(statements: readonly DdlStatement[]): readonly Step[] {
  const steps: Step[] = []
  for (const statement of statements) {
    const { text, concurrently } = typeof statement === 'string' ? { text: statement } : statement
    const last = steps.at(-1)
    if (concurrently === true) steps.push({ text })
    else if (Array.isArray(last)) last.push(text)
    else steps.push([text])
  }
  return steps
}

function runTogether(database: Database, statements: readonly string[], settings: Settings): Promise<void> {
  const work = async (tx: Transaction) => {
    await limitLockWait(tx, settings)
    for (const statement of statements) await tx.query(statement)
  }
  return retrying(database, work, settings)
}

function runAlone(database: Database, text: string, settings: Settings): Promise<void> {
  if (database.inTransaction) return Promise.reject(errors.TRANSACTION_OPEN({ asked: text }))
  const index = readConcurrentIndex(text)
  return retryConflicts(async () => {
    if (index !== undefined) await database.transaction((tx) => dropInvalid(tx, index, settings), fresh)
    await database.query(text)
  }, settings)
}

// Every statement must see what was committed while it waited for a lock.
const fresh = { isolation: 'read committed' } as const

async function dropInvalid(tx: Transaction, index: ConcurrentIndex, settings: Settings): Promise<void> {
  const found = await findInvalid(tx, index)
  if (found === undefined) return
  await limitLockWait(tx, settings)
  // While it waits, LOCK holds no snapshot, unlike DROP: so it cannot deadlock with one who builds.
  await tx.query(found.lockTable)
  // It was perhaps no leftover, but still being built by whoever held this lock until now.
  const leftover = await findSettled(tx, index)
  if (leftover !== undefined) await tx.query(leftover.dropIndex)
}

interface Invalid {
  readonly lockTable: string
  readonly dropIndex: string
  /** The transaction that changed it last, or is about to; `0` if none has. */
  readonly changedBy: string
  readonly isChanging: boolean
}

/**
 * PostgreSQL gives the lock back before it commits that the index is valid. What is being changed is looked at again: an end that is
 * seen twice, and has changed nothing, was a rollback.
 */
async function findSettled(tx: Transaction, index: ConcurrentIndex) {
  let ended: string | undefined
  for (;;) {
    const found = await findInvalid(tx, index)
    if (found === undefined || found.changedBy === '0' || (!found.isChanging && found.changedBy === ended))
      return found
    ended = found.isChanging ? undefined : found.changedBy
    if (found.isChanging) await setTimeout(5)
  }
}

async function findInvalid(tx: Transaction, { name, table }: ConcurrentIndex) {
  const { rows } = await tx.query<Invalid>(
    `select format('lock table %s in share update exclusive mode', i.indrelid::regclass) as "lockTable",
            format('drop index %s', i.indexrelid::regclass) as "dropIndex",
            i.xmax::text as "changedBy",
            exists (select from pg_locks l where l.locktype = 'transactionid' and l.transactionid = i.xmax) as "isChanging"
       from pg_index i join pg_class c on c.oid = i.indexrelid
      where not i.indisvalid and c.relname = (parse_ident($1))[1]::name and i.indrelid = to_regclass($2)`,
    [name, table],
  )
  return rows[0]
}

async function limitLockWait(tx: Transaction, { lockTimeoutMs }: Settings): Promise<void> {
  await tx.query(`select set_config('lock_timeout', $1, true)`, [`${lockTimeoutMs}ms`])
}
