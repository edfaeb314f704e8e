import { type Database, type RetryOptions, retrying, type Transaction } from '@changeover/database'
import { isFailure } from '@changeover/errors'
import type { HeldValues, Key, Sync } from '@changeover/sync'
import type { Place } from './checkpoint.ts'
import { judgeFailure } from './judge-failure.ts'
import {
  addToQuarantine,
  listQuarantine,
  reasonOfFailure,
  reasonOfRefusal,
  removeFromQuarantine,
} from './quarantine.ts'

export interface RetryContext extends Place {
  readonly database: Database
  readonly sync: Sync
  readonly heldValues: HeldValues
  readonly retry: RetryOptions
  readonly signal: AbortSignal | undefined
}

/** How many quarantined rows were tried, and how many of them are written now (or gone on both sides). */
export interface RetryReport {
  readonly tried: number
  readonly recovered: number
}

const pageRows = 500

/** Syncs every quarantined row again, once; those that succeed leave the quarantine in the same transaction. */
export async function retryRows(context: RetryContext): Promise<RetryReport> {
  let tried = 0
  let recovered = 0
  let after: Key | undefined
  while (context.signal?.aborted !== true) {
    const page = await listQuarantine(context.database, context, {
      ...(after && { after }),
      limitRows: pageRows,
    })
    after = page.at(-1)?.key
    if (after === undefined) break
    tried += page.length
    recovered += await retryKeys(
      context,
      page.map(({ key }) => key),
    )
  }
  return { tried, recovered }
}

/** Retries keys together, or in two halves where the database refuses one of them. Returns how many succeeded. */
async function retryKeys(context: RetryContext, keys: readonly Key[]): Promise<number> {
  try {
    const work = (tx: Transaction) => syncKeys(context, tx, keys)
    return await retrying(context.database, work, { ...context.retry, isolation: 'read committed' })
  } catch (error) {
    if (!isFailure(error)) throw error
    const verdict = judgeFailure(error)
    const [only] = keys
    if (verdict === 'environment' || only === undefined || (verdict === 'size' && keys.length === 1))
      throw error
    if (keys.length === 1) {
      await context.database.transaction((tx) => addToQuarantine(tx, context, [reasonOfFailure(only, error)]))
      return 0
    }
    const middle = Math.ceil(keys.length / 2)
    return (await retryKeys(context, keys.slice(0, middle))) + (await retryKeys(context, keys.slice(middle)))
  }
}

async function syncKeys(
  { sync, mapping, heldValues, migration }: RetryContext,
  tx: Transaction,
  keys: readonly Key[],
) {
  const { refused } = await sync.keys(tx, mapping, 'forward', keys, { heldValues })
  const names = new Set(refused.map(({ key }) => JSON.stringify(key)))
  const well = keys.filter((key) => !names.has(JSON.stringify(key)))
  await removeFromQuarantine(tx, { migration, mapping }, well)
  await addToQuarantine(tx, { migration, mapping }, refused.map(reasonOfRefusal))
  return well.length
}
