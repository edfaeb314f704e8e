import type { Database } from '@changeover/database'
import { isFailure } from '@changeover/errors'
import type { Mapping } from '@changeover/mapping'
import { createSync, type Key, type RefusedRow, type Sync } from '@changeover/sync'
import { quarantinedIn } from './catch-up.ts'
import type { Migration } from './define-migration.ts'
import { adoptNew, giveBack, type GivenBack, refersAhead } from './give-back.ts'
import { phaseOf } from './phase-of.ts'
import { rolledBack } from './rolled-back.ts'

/** A row that legacy cannot hold, and why. */
export interface LostRow extends RefusedRow {
  readonly mapping: string
}

/** What a rollback would do to one mapping. */
export interface MappingRehearsal {
  readonly mapping: string
  /** Target rows that were tried. */
  readonly rows: number
  /** Legacy rows that are not as the target has them, and would be written. */
  readonly behind: number
  /** Rows that could not be given back. */
  readonly lostRows: number
  readonly lostFields: readonly string[]
  /** The first hundred of them. */
  readonly lost: readonly LostRow[]
  readonly seconds: number
}

/** What a rollback would do, done and rolled back. */
export interface Rehearsal {
  readonly mappings: readonly MappingRehearsal[]
  /** Whether every row was tried. */
  readonly isComplete: boolean
  /** How long it took to give everything back that was tried. */
  readonly seconds: number
  /** Age of the oldest open transaction, for which a flip would wait. */
  readonly oldestTransactionSeconds: number
}

export interface RehearseOptions {
  /** Rows of each mapping; all of them unless given. */
  readonly limitRows?: number
  readonly batchRows?: number
}

const shown = 100
const everything = 4_000_000

/**
 * Gives legacy back what the target holds, in transactions that are rolled back.
 *
 * Cost: as a catch-up; the rows of a batch are locked until its end.
 */
export async function rehearse(
  database: Database,
  migration: Migration,
  options: RehearseOptions = {},
): Promise<Rehearsal> {
  const sync = createSync(migration.mappings)
  const quarantined = await quarantinedIn(database, migration)
  const isLegacy = (await phaseOf(database, migration.name))?.phase.authority !== 'target'
  const mappings: MappingRehearsal[] = []
  let isComplete = true
  for (const mapping of migration.ordered) {
    const strays = isLegacy || quarantined.has(mapping.name) ? 'keep' : 'delete'
    const { end, ...tried } = await rehearseMapping(
      database,
      { migration: migration.name, sync, strays },
      mapping,
      options,
    )
    mappings.push(tried)
    isComplete &&= end === 'reached'
  }
  const seconds = mappings.reduce((sum, each) => sum + each.seconds, 0)
  return { mappings, isComplete, seconds, oldestTransactionSeconds: await oldestTransaction(database) }
}

interface Rehearsing {
  readonly migration: string
  readonly sync: Sync
  readonly strays: 'delete' | 'keep'
}

async function rehearseMapping(
  database: Database,
  { migration, sync, strays }: Rehearsing,
  mapping: Mapping,
  { limitRows = Number.POSITIVE_INFINITY, batchRows = 1_000 }: RehearseOptions,
): Promise<MappingRehearsal & { readonly end: 'reached' | 'cut' }> {
  const begun = performance.now()
  const size = Math.min(batchRows, limitRows)
  const given: GivenBack[] = []
  const together = await attemptNew(database, sync, mapping, migration)
  if (together) given.push(together)
  let rows = together?.rows ?? 0
  let after: Key | undefined
  let isBroken = false
  while (together === undefined) {
    const next = await attempt(database, sync, mapping, { migration, after, limitRows: size, strays })
    given.push(next)
    rows += next.rows
    after = next.last
    isBroken = next.isBroken
    if (after === undefined || rows >= limitRows) break
  }
  const refused = given.flatMap((each) => each.refused)
  const lost = refused.map((each) => ({ mapping: mapping.name, ...each }))
  return {
    mapping: mapping.name,
    rows,
    behind: given.reduce((sum, { written }) => sum + written, 0),
    lostRows: new Set(lost.map(({ key }) => JSON.stringify(key))).size,
    lostFields: [...new Set(lost.map(({ field }) => field))],
    lost: lost.slice(0, shown),
    seconds: (performance.now() - begun) / 1_000,
    end: after === undefined && !isBroken ? 'reached' : 'cut',
  }
}

/**
 * Rows that were made while legacy was frozen get a key of legacy first. A rehearsal cannot keep that key for the next batch, so it
 * gives everything in one; undefined where there are none.
 */
async function attemptNew(
  database: Database,
  sync: Sync,
  mapping: Mapping,
  migration: string,
): Promise<GivenBack | undefined> {
  const limit = { migration, limitRows: everything }
  return rolledBack(database, async (tx) => {
    if ((await adoptNew(tx, mapping, limit)).length === 0) return undefined
    return giveBack(tx, sync, mapping, { ...limit, after: undefined, strays: 'keep' })
  })
}

/**
 * A batch that the database refuses is lost as a whole, as far as is known, and nothing behind it is tried: what it said stands
 * for its rows. Rows that would be
 * deleted, but only after others that refer to them, are not counted.
 */
async function attempt(
  database: Database,
  sync: Sync,
  mapping: Mapping,
  options: Parameters<typeof giveBack>[3],
): Promise<GivenBack & { readonly isBroken: boolean }> {
  try {
    const given = await rolledBack(database, (tx) => giveBack(tx, sync, mapping, options))
    return { ...given, isBroken: false }
  } catch (error) {
    if (!isFailure(error) || error.retriable) throw error
    if (refersAhead(error) && options.limitRows < everything)
      return attempt(database, sync, mapping, { ...options, limitRows: options.limitRows * 4 })
    const key = options.after ?? []
    const why = `cannot be written in the batch after ${key.join(', ') || 'the beginning'}: ${error.message}`
    if (options.strays === 'delete') return attempt(database, sync, mapping, { ...options, strays: 'keep' })
    const refused = [{ key, rule: error.code, field: 'row', why }]
    return { last: undefined, rows: 1, written: 0, refused, isBroken: true }
  }
}

async function oldestTransaction(database: Database): Promise<number> {
  const { rows } = await database.query<{ seconds: number }>(
    `select coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0)::float8 as seconds
       from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  )
  return rows[0]?.seconds ?? 0
}
