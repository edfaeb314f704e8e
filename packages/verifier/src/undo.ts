import { isFailure } from '@changeover/errors'
import { type Database, retrying, type Transaction } from '@changeover/database'
import type { Mapping } from '@changeover/mapping'
import { asEngine, type Key } from '@changeover/sync'
import { rowsDependedOn } from './dependent-rows.ts'
import { errors } from './errors.ts'
import { imagesOfRows, lockRows, type Side, utc } from './images.ts'
import { installed } from './records.ts'
import { deleteRow, insertRow, replaceLinks, updateRow } from './restore.ts'

export interface UndoReport {
  readonly fix: string
  readonly restored: number
  /** Rows that were left as they are, each with the reason. */
  readonly left: readonly { readonly mapping: string; readonly rowKey: Key; readonly why: string }[]
}

export interface UndoSetting {
  readonly database: Database
  readonly migration: string
  readonly mappings: readonly Mapping[]
}

interface Kept {
  readonly number: string
  readonly mapping: string
  readonly side: Side
  readonly key: string
  readonly was: string | null
  readonly became: string | null
  readonly linksWere: string
  readonly linksBecame: string
}

/**
 * Brings back what a fix has changed, last change first, each row in a transaction of its own and only where it still is what
 * the fix left. Can be run again for the rows that were left.
 *
 * Errors: VERIFIER.FIX_UNKNOWN, NOT_INSTALLED.
 */
export async function undo(setting: UndoSetting, fix: string): Promise<UndoReport> {
  const { database, mappings, migration } = setting
  let waiting = await installed(() => imagesOf(setting, fix))
  const count = waiting.length
  for (;;) {
    const left: Left[] = []
    for (const image of waiting) {
      const mapping = mappings.find(({ name }) => name === image.mapping)
      const rowKey = JSON.parse(image.key) as Key // written as a list of texts
      const why = mapping
        ? await restore(database, mapping, rowKey, { migration, fix }, image)
        : 'its mapping is not given'
      if (why !== undefined) left.push({ image, report: { mapping: image.mapping, rowKey, why } })
    }
    // A row may have to wait for one that it refers to, which comes back after it.
    const isStuck = left.length === waiting.length
    waiting = left.map(({ image }) => image)
    if (isStuck || left.length === 0) return conclude(database, fix, count, left)
  }
}

/** The fix that is undone. */
interface Named {
  readonly migration: string
  readonly fix: string
}

interface Left {
  readonly image: Kept
  readonly report: UndoReport['left'][number]
}

async function conclude(
  database: Database,
  fix: string,
  count: number,
  left: readonly Left[],
): Promise<UndoReport> {
  if (left.length === 0)
    await database.query(
      'UPDATE changeover.fix SET undone_at = clock_timestamp() WHERE id = $1::bigint AND undone_at IS NULL',
      [fix],
    )
  return { fix, restored: count - left.length, left: left.map(({ report }) => report) }
}

async function imagesOf({ database, migration }: UndoSetting, fix: string): Promise<readonly Kept[]> {
  const known = await database.query('SELECT 1 FROM changeover.fix WHERE id::text = $1 AND migration = $2', [
    fix,
    migration,
  ])
  if (known.rowCount === 0) throw errors.FIX_UNKNOWN({ id: fix, migration })
  const { rows } = await database.query<Kept>(
    `SELECT number::text, mapping, side, row_key::text AS key, row_before::text AS was, row_after::text AS became,
       links_before::text AS "linksWere", links_after::text AS "linksBecame"
     FROM changeover.fix_image WHERE fix_id = $1::bigint AND undone_at IS NULL ORDER BY fix_image.number DESC`,
    [fix],
  )
  return rows
}

/** Why the row was left, if it was. */
async function restore(
  database: Database,
  mapping: Mapping,
  rowKey: Key,
  fix: Named,
  image: Kept,
): Promise<string | undefined> {
  try {
    return await retrying(database, (tx) => restoreIn(tx, mapping, rowKey, fix, image))
  } catch (error) {
    if (isFailure(error, 'DATABASE.CONSTRAINT_VIOLATED')) return error.message
    throw error
  }
}

async function restoreIn(
  tx: Transaction,
  mapping: Mapping,
  rowKey: Key,
  { migration, fix }: Named,
  image: Kept,
): Promise<string | undefined> {
  const { side, was, became, linksWere, linksBecame, number } = image
  await tx.query(utc)
  if (side === 'legacy') await asEngine(tx, migration)
  await lockRows(tx, mapping[side], [rowKey])
  const [now] = [...(await imagesOfRows(tx, mapping, side, [rowKey])).values()]
  if ((now?.row ?? null) !== became || (now?.links ?? '{}') !== linksBecame)
    return 'it has changed since the fix'
  const table = mapping[side]
  if (was === null) {
    // A foreign key would empty their reference: rows of this fix go before it, and any other keeps it.
    if ((await rowsDependedOn(tx, mapping, side, [rowKey])).size > 0) return 'other rows depend on it'
    await replaceLinks(tx, mapping, side, rowKey, '{}')
    await deleteRow(tx, table, rowKey)
  } else {
    if (became === null) await insertRow(tx, table, was)
    else await updateRow(tx, table, rowKey, was)
    if (linksWere !== linksBecame) await replaceLinks(tx, mapping, side, rowKey, linksWere)
  }
  await tx.query(
    'UPDATE changeover.fix_image SET undone_at = clock_timestamp() WHERE fix_id = $1::bigint AND number = $2::bigint',
    [fix, number],
  )
  return undefined
}
