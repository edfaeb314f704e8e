import { isFailure } from '@changeover/errors'
import { retrying } from '@changeover/database'
import { errors } from './errors.js'
import { imagesOfRows, lockRows, utc } from './images.js'
import { installed } from './records.js'
import { deleteRow, insertRow, replaceLinks, updateRow } from './restore.js'
/**
 * Brings back what a fix has changed, last change first, each row in a transaction of its own and only where it still is what
 * the fix left. Can be run again for the rows that were left.
 *
 * Errors: VERIFIER.FIX_UNKNOWN, NOT_INSTALLED.
 */
export async function undo(setting, fix) {
  const { database, mappings } = setting
  let waiting = await installed(() => imagesOf(setting, fix))
  const count = waiting.length
  for (;;) {
    const left = []
    for (const image of waiting) {
      const mapping = mappings.find(({ name }) => name === image.mapping)
      const rowKey = JSON.parse(image.key) // written as a list of texts
      const why = mapping ? await restore(database, mapping, rowKey, fix, image) : 'its mapping is not given'
      if (why !== undefined) left.push({ image, report: { mapping: image.mapping, rowKey, why } })
    }
    // A row may have to wait for one that it refers to, which comes back after it.
    const isStuck = left.length === waiting.length
    waiting = left.map(({ image }) => image)
    if (isStuck || left.length === 0) return conclude(database, fix, count, left)
  }
}
async function conclude(database, fix, count, left) {
  if (left.length === 0)
    await database.query(
      'UPDATE changeover.fix SET undone_at = clock_timestamp() WHERE id = $1::bigint AND undone_at IS NULL',
      [fix],
    )
  return { fix, restored: count - left.length, left: left.map(({ report }) => report) }
}
async function imagesOf({ database, migration }, fix) {
  const known = await database.query('SELECT 1 FROM changeover.fix WHERE id::text = $1 AND migration = $2', [
    fix,
    migration,
  ])
  if (known.rowCount === 0) throw errors.FIX_UNKNOWN({ id: fix, migration })
  const { rows } = await database.query(
    `SELECT number::text, mapping, side, row_key::text AS key, row_before::text AS was, row_after::text AS became,
       links_before::text AS "linksWere", links_after::text AS "linksBecame"
     FROM changeover.fix_image WHERE fix_id = $1::bigint AND undone_at IS NULL ORDER BY fix_image.number DESC`,
    [fix],
  )
  return rows
}
/** Why the row was left, if it was. */
async function restore(database, mapping, rowKey, fix, image) {
  try {
    return await retrying(database, (tx) => restoreIn(tx, mapping, rowKey, fix, image))
  } catch (error) {
    if (isFailure(error, 'DATABASE.CONSTRAINT_VIOLATED')) return error.message
    throw error
  }
}
async function restoreIn(tx, mapping, rowKey, fix, image) {
  const { side, was, became, linksWere, linksBecame, number } = image
  await tx.query(utc)
  await lockRows(tx, mapping[side], [rowKey])
  const [now] = [...(await imagesOfRows(tx, mapping, side, [rowKey])).values()]
  if ((now?.row ?? null) !== became || (now?.links ?? '{}') !== linksBecame)
    return 'it has changed since the fix'
  const table = mapping[side]
  if (was === null) {
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
//# sourceMappingURL=undo.js.map
