import type { Database } from '@changeover/database'
import { isFailure } from '@changeover/errors'
import type { Mapping } from '@changeover/mapping'
import { createSync, type Key, type RefusedRow, type Sync } from '@changeover/sync'
import { quarantinedIn } from './catch-up.ts'
import type { Migration } from './define-migration.ts'
import { giveBack, giveNew, type GivenBack } from './give-back.ts'
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
  const made = await rolledBack(database, (tx) =>
    giveNew(tx, sync, mapping, { migration, limitRows: 1_000_000 }),
  )
  const refused: RefusedRow[] = [...made.refused]
  let rows = made.rows
  let behind = made.rows
  let after: Key | undefined
  do {
    const given = await attempt(database, sync, mapping, { migration, after, limitRows: size, strays })
    rows += given.rows
    behind += given.written
    refused.push(...given.refused)
    after = given.last
  } while (after !== undefined && rows < limitRows)
  const lost = refused.map((each) => ({ mapping: mapping.name, ...each }))
  return {
    mapping: mapping.name,
    rows,
    behind,
    lostRows: new Set(lost.map(({ key }) => JSON.stringify(key))).size,
    lostFields: [...new Set(lost.map(({ field }) => field))],
    lost: lost.slice(0, shown),
    seconds: (performance.now() - begun) / 1_000,
    end: after === undefined ? 'reached' : 'cut',
  }
}

/**
 * A batch that the database refuses is lost as a whole, as far as is known: what it said stands for its rows. Rows that would be
 * deleted, but only after others that refer to them, are not counted.
 */
async function attempt(
  database: Database,
  sync: Sync,
  mapping: Mapping,
  options: Parameters<typeof giveBack>[3],
): Promise<GivenBack> {
  try {
    return await rolledBack(database, (tx) => giveBack(tx, sync, mapping, options))
  } catch (error) {
    if (!isFailure(error) || error.retriable) throw error
    const key = options.after ?? []
    const why = `cannot be written in the batch after ${key.join(', ') || 'the beginning'}: ${error.message}`
    if (options.strays === 'delete') return attempt(database, sync, mapping, { ...options, strays: 'keep' })
    return { last: undefined, rows: 1, written: 0, refused: [{ key, rule: error.code, field: 'row', why }] }
  }
}

async function oldestTransaction(database: Database): Promise<number> {
  const { rows } = await database.query<{ seconds: number }>(
    `select coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0)::float8 as seconds
       from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  )
  return rows[0]?.seconds ?? 0
}
