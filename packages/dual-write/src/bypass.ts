import { type Database, errors as databaseErrors } from '@changeover/database'
import { isFailure } from '@changeover/errors'
import type { Direction, Mapping } from '@changeover/mapping'
import { asEngine, type Key, type Sync, type SyncResult } from '@changeover/sync'
import type { DualWrite } from './dual-write.ts'
import { phaseNow } from './pay-backward.ts'
import { suspectKeys } from './suspect-keys.ts'

/** Rows of one mapping that somebody wrote without the capture seeing it. */
export interface Bypass {
  readonly mapping: string
  readonly direction: Direction
  /** Rows without a twin; rows whose twin (or its links) differs, or that the other side cannot hold; twins without a row. */
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  /** Their legacy keys. */
  readonly keys: readonly Key[]
}

export interface BypassReport {
  readonly found: readonly Bypass[]
  /** Give it to the next run as `since`: rows not written after it are not looked at again. */
  readonly upTo: string
}

export interface BypassOptions {
  /** `upTo` of the last run; every row is looked at unless given. */
  readonly since?: string
}

const chunkRows = 500

/**
 * Finds writes that came past the capture: rows of either side, written since the last run, of which the other side says
 * something else. That is all that protects legacy from direct writes while the target leads where no triggers may be
 * installed. Writes nothing: the sync is tried and rolled back. Link rows are looked at with their parents, so a
 * link that was written alone shows only in a run over everything.
 *
 * Cost: a scan of each table for what is new, one trial for 500 of its rows, and scans for rows that the other side does not have.
 */
export async function detectBypass(
  database: Database,
  sync: Sync,
  { migration, mappings }: DualWrite,
  { since }: BypassOptions = {},
): Promise<BypassReport> {
  const { rows } = await database.query<{ now: string }>(
    'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS now',
  )
  const upTo = rows[0]?.now ?? '0'
  const phase = await phaseNow(database, migration)
  if (phase !== 'legacy-leads' && phase !== 'target-leads') return { found: [], upTo }
  const direction = phase === 'legacy-leads' ? 'forward' : 'backward'
  const led = await database.query<{ led: boolean }>('SELECT changeover.target_has_led($1) AS led', [
    migration,
  ])
  const heldValues = direction === 'backward' || led.rows[0]?.led === true ? 'keep' : 'overwrite'
  const found: Bypass[] = []
  for (const mapping of mappings) {
    const attempt = (keys: readonly Key[]) =>
      tried(database, async (tx) => {
        await asEngine(tx, migration)
        return sync.keys(tx, mapping, direction, keys, { heldValues })
      })
    const keys = await suspectKeys(database, mapping, direction, since)
    const bypassed: { readonly key: Key; readonly result: SyncResult }[] = []
    for (let from = 0; from < keys.length; from += chunkRows)
      bypassed.push(...(await narrow(keys.slice(from, from + chunkRows), attempt)))
    if (bypassed.length > 0) found.push(summary(mapping, direction, bypassed))
  }
  return { found, upTo }
}

type Attempt = (keys: readonly Key[]) => Promise<SyncResult>

/** What the other side cannot hold differs from it as well. */
const unwritable: SyncResult = {
  inserted: 0,
  updated: 1,
  deleted: 0,
  linked: 0,
  unlinked: 0,
  refused: [],
  brought: [],
}
const refusals: ReadonlySet<string> = new Set([
  databaseErrors.CONSTRAINT_VIOLATED.code,
  databaseErrors.VALUE_INVALID.code,
])

/** Halves the keys until those stand alone for which the sync would write. */
async function narrow(
  keys: readonly Key[],
  attempt: Attempt,
): Promise<readonly { readonly key: Key; readonly result: SyncResult }[]> {
  const [key] = keys
  if (key === undefined) return []
  const result = await attempt(keys).catch((error: unknown) => {
    if (!isFailure(error) || !refusals.has(error.code)) throw error
    return unwritable
  })
  const { inserted, updated, deleted, linked, unlinked } = result
  if (inserted + updated + deleted + linked + unlinked === 0) return []
  if (keys.length === 1) return [{ key, result }]
  const half = Math.ceil(keys.length / 2)
  return [...(await narrow(keys.slice(0, half), attempt)), ...(await narrow(keys.slice(half), attempt))]
}

function summary(
  mapping: Mapping,
  direction: Direction,
  bypassed: readonly { readonly key: Key; readonly result: SyncResult }[],
): Bypass {
  const has = (test: (result: SyncResult) => boolean) => bypassed.filter(({ result }) => test(result)).length
  const inserted = has((result) => result.inserted > 0)
  const deleted = has((result) => result.deleted > 0)
  const updated = bypassed.length - inserted - deleted
  return {
    mapping: mapping.name,
    direction,
    inserted,
    updated,
    deleted,
    keys: bypassed.map(({ key }) => key),
  }
}

class RolledBack extends Error {}

async function tried<T>(database: Database, work: Parameters<typeof database.transaction<T>>[0]): Promise<T> {
  const kept: T[] = []
  const trial = database.transaction(async (tx) => {
    kept.push(await work(tx))
    throw new RolledBack('the trial is over')
  })
  await trial.catch((error: unknown) => {
    if (!(error instanceof RolledBack)) throw error
  })
  return kept[0] as T // the trial has ended by its own error, after the work
}
