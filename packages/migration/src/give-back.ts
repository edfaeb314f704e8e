import { errors as databaseErrors, type Transaction } from '@changeover/database'
import { isFailure } from '@changeover/errors'
import { fieldNamed, type Mapping } from '@changeover/mapping'
import { all, any, ident, sql } from '@changeover/mapping/sql'
import {
  adopt,
  asEngine,
  type Key,
  type RefusedRow,
  type Sync,
  type SyncResult,
  targetSide,
  writerName,
} from '@changeover/sync'

/** A batch of rows that legacy was given, as the target has them. */
export interface GivenBack {
  /** The last legacy key of the batch; undefined when there is none after it. */
  readonly last: Key | undefined
  readonly rows: number
  /** Legacy rows that were not yet as the target has them. */
  readonly written: number
  readonly refused: readonly RefusedRow[]
}

export interface GiveBackOptions {
  readonly migration: string
  readonly after: Key | undefined
  readonly limitRows: number
  /** Whether legacy rows that the target does not have are deleted. */
  readonly strays: 'delete' | 'keep'
}

const keep = { heldValues: 'keep' } as const

/** Makes the next legacy rows say what the target says, in the caller's transaction. */
export async function giveBack(
  tx: Transaction,
  sync: Sync,
  mapping: Mapping,
  { migration, after, limitRows, strays }: GiveBackOptions,
): Promise<GivenBack> {
  await asEngine(tx, migration)
  const from = after === undefined ? {} : { after }
  const batch = await sync.batch(tx, mapping, 'backward', { ...from, limitRows }, keep)
  const last = batch.keys.length < limitRows ? undefined : batch.keys.at(-1)
  const upTo = last === undefined ? {} : { upTo: last }
  const rest =
    strays === 'keep' ? undefined : await sync.range(tx, mapping, 'backward', { ...from, ...upTo }, keep)
  const written = writtenBy(batch) + (rest === undefined ? 0 : writtenBy(rest))
  return { last, rows: batch.keys.length, written, refused: batch.refused }
}

/**
 * Gives the next rows that were created on the target and have no legacy key yet one from legacy's sequence, and nothing else, since
 * what they refer to may not be in legacy yet; none are left when it gives none.
 */
export async function adoptNew(
  tx: Transaction,
  mapping: Mapping,
  { migration, limitRows }: Pick<GiveBackOptions, 'migration' | 'limitRows'>,
): Promise<readonly Key[]> {
  // Not captured: a key is nothing that legacy has a column for, and the batches that follow write the row.
  await tx.query(`SELECT set_config('changeover.writer', $1, true)`, [writerName(migration, 'forward')])
  const side = targetSide(mapping)
  const column = ident('t', fieldNamed(mapping.target, mapping.target.key[0] ?? '').column)
  const unknown = any(side.legacyKey.map((key) => sql`${key} IS NULL`))
  const { rows } = await tx.query<{ key: string }>(
    sql`SELECT (${column})::text AS key FROM ${side.name} AS t WHERE ${all([side.scope, unknown])} LIMIT $1::int`
      .text,
    [limitRows],
  )
  if (rows.length === 0) return []
  return adopt(
    tx,
    mapping,
    rows.map(({ key }) => key),
  )
}

/** Whether a row refers to one that legacy does not have yet: a larger batch may hold both. */
export function refersAhead(error: unknown): boolean {
  return isFailure(error, databaseErrors.CONSTRAINT_VIOLATED.code) && error.values['sqlState'] === '23503'
}

/** What was written, whatever it was. */
export function writtenBy({ inserted, updated, deleted, linked, unlinked }: SyncResult): number {
  return inserted + updated + deleted + linked + unlinked
}
