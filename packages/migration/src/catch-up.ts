import { type Database, retrying } from '@changeover/database'
import { createBackfill } from '@changeover/backfill'
import type { Mapping } from '@changeover/mapping'
import { lockPhase } from '@changeover/rollout'
import { createSync, type Key, type Sync } from '@changeover/sync'
import type { Migration } from './define-migration.ts'
import { adoptNew, giveBack, type GivenBack, refersAhead } from './give-back.ts'
import type { LostRow } from './rehearse.ts'

/** What legacy was given after it had been frozen. */
export interface CaughtUp {
  readonly rows: number
  readonly written: number
  /** Rows that legacy cannot hold; while there are any, legacy stays stale. */
  readonly lost: readonly LostRow[]
}

export interface CatchUpOptions {
  /** 1,000 unless given. */
  readonly batchRows?: number
  readonly onProgress?: (mapping: string, rows: number) => void
}

const defaultBatch = 1_000
// Every statement must see what was committed while it waited for a lock.
const fresh = { isolation: 'read committed' } as const
const largestBatch = 4_000_000

/**
 * Brings legacy up to date with a target that went on without it; then legacy is no longer stale. Capture must be on, so that
 * nothing changes behind it. Safe to run again. Legacy rows that the target does not have are deleted, unless the backfill had
 * put some into quarantine: those must not be lost.
 *
 * Cost: a transaction for each batch. Errors: DATABASE.*.
 */
export async function catchUp(
  database: Database,
  migration: Migration,
  options: CatchUpOptions = {},
): Promise<CaughtUp> {
  const catching = { database, migration: migration.name, sync: createSync(migration.mappings), options }
  const quarantined = await quarantinedIn(database, migration)
  const total = { rows: 0, written: 0, lost: [] as LostRow[] }
  const add = (done: CaughtUp) => {
    total.rows += done.rows
    total.written += done.written
    total.lost.push(...done.lost)
  }
  for (const mapping of migration.ordered) await adoptAll(catching, mapping)
  for (const mapping of migration.ordered) add(await eachBatch(catching, mapping, 'keep'))
  // What refers to a row goes before it.
  for (const mapping of migration.ordered.toReversed()) {
    if (quarantined.has(mapping.name)) continue
    const { written } = await eachBatch(catching, mapping, 'delete')
    total.written += written
  }
  if (total.lost.length === 0)
    await database.transaction(async (tx) => {
      await lockPhase(tx, migration.name)
      await tx.query(
        `update changeover.phase set legacy_stale = false, version = version + 1
          where migration = $1 and phase = 'target-leads'`,
        [migration.name],
      )
    })
  return total
}

interface Catching {
  readonly database: Database
  readonly migration: string
  readonly sync: Sync
  readonly options: CatchUpOptions
}

/** With a key the batches meet them, whatever refers to them. */
async function adoptAll(
  { database, migration, options: { batchRows = defaultBatch } }: Catching,
  mapping: Mapping,
): Promise<void> {
  const limit = { migration, limitRows: batchRows }
  while ((await retrying(database, (tx) => adoptNew(tx, mapping, limit))).length > 0);
}

async function eachBatch(
  { database, migration, sync, options: { batchRows = defaultBatch, onProgress } }: Catching,
  mapping: Mapping,
  strays: 'delete' | 'keep',
): Promise<CaughtUp> {
  const done = { rows: 0, written: 0, lost: [] as LostRow[] }
  const next = (after: Key | undefined, limitRows: number): Promise<GivenBack> =>
    retrying(
      database,
      (tx) => giveBack(tx, sync, mapping, { migration, after, limitRows, strays }),
      fresh,
    ).catch((error: unknown) => {
      if (!refersAhead(error) || limitRows >= largestBatch) throw error
      return next(after, limitRows * 4)
    })
  for (let after: Key | undefined; ; ) {
    const given: GivenBack = await next(after, batchRows)
    done.rows += given.rows
    done.written += given.written
    done.lost.push(...given.refused.map((each) => ({ mapping: mapping.name, ...each })))
    onProgress?.(mapping.name, done.rows)
    after = given.last
    if (after === undefined) return done
  }
}

/** The mappings of which some rows never reached the target. */
export async function quarantinedIn(
  database: Database,
  { name, mappings }: Migration,
): Promise<ReadonlySet<string>> {
  const states = await createBackfill({ database, sync: createSync(mappings), migration: name }).states()
  return new Set(states.filter(({ quarantined }) => quarantined > 0).map(({ mapping }) => mapping))
}
