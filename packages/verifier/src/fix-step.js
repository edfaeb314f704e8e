import { identitySql, keyPairs, tableSql } from '@changeover/mapping'
import { all, join, sql } from '@changeover/mapping/sql'
import {
  adopt,
  dependentKeysSql,
  dependentsOf,
  discard,
  keyNames,
  keyParameters,
  lockKeysSql,
  lockReplicaSql,
} from '@changeover/sync'
import { rowsDependedOn } from './dependent-rows.js'
import { errors } from './errors.js'
import { imagesOfKeys, imagesOfRows, lockRows, utc } from './images.js'
import { keyColumns, selectionParameters, selectionSql } from './selection.js'
const nothing = { inserted: 0, updated: 0, deleted: 0, linked: 0, unlinked: 0 }
/** Runs one step in a transaction: locks, looks at the rows, writes through sync or discard, and looks again. */
export async function runStep(tx, context, step) {
  await tx.query(utc)
  return { step, ...(await done(tx, context, step)) }
}
function done(tx, context, { part, mapping, keys }) {
  if (part === 'keys') return syncKeys(tx, context, mapping, keys)
  if (mapping.target.key.length > 1) throw errors.FIX_TARGET_KEY({ mapping: mapping.name })
  return context.authority === 'legacy'
    ? discardRows(tx, mapping, keys)
    : adoptRows(tx, context, mapping, keys)
}
/** The authority's rows are locked before their images are taken, so that what is written is what is right at that moment. */
async function syncKeys(tx, { sync, mappings, authority, heldValues }, mapping, keys) {
  const [direction, side] = authority === 'legacy' ? ['forward', 'target'] : ['backward', 'legacy']
  const written = [
    { mapping, keys },
    ...(direction === 'forward' ? await dependents(tx, mappings, mapping, keys) : []),
  ]
  for (const each of written)
    await tx.query(lockKeysSql(each.mapping, direction).text, keyParameters(each.mapping, each.keys))
  for (const each of written)
    await tx.query(lockReplicaSql(each.mapping, direction).text, keyParameters(each.mapping, each.keys))
  const look = async () => {
    const images = []
    for (const each of written) images.push(await imagesOfKeys(tx, each.mapping, side, each.keys))
    return images
  }
  const before = await look()
  const { refused: _refused, ...counts } = await sync.keys(tx, mapping, direction, keys, { heldValues })
  const after = await look()
  const changes = written.flatMap((each, index) =>
    changesOf(each.mapping, side, before[index] ?? new Map(), after[index] ?? new Map()),
  )
  return { changes, written: counts, dependedOn: [] }
}
/** Rows that sync will write again because the row they refer to appears. */
async function dependents(tx, mappings, mapping, keys) {
  const own = new Set(keys.map((key) => JSON.stringify(key)))
  const found = []
  for (const dependent of dependentsOf(mapping, mappings)) {
    const { rows } = await tx.query(dependentKeysSql(mapping, dependent).text, keyParameters(mapping, keys))
    const others = rows
      .map((row) => keyNames(dependent.mapping).map((name) => String(row[name])))
      .filter((key) => dependent.mapping !== mapping || !own.has(JSON.stringify(key)))
    if (others.length > 0) found.push({ mapping: dependent.mapping, keys: others })
  }
  return found
}
async function discardRows(tx, mapping, keys) {
  await lockRows(tx, mapping.target, keys)
  const needed = await rowsDependedOn(tx, mapping, keys)
  const free = keys.filter((key) => !needed.has(JSON.stringify(key)))
  const dependedOn = keys.filter((key) => needed.has(JSON.stringify(key)))
  if (free.length === 0) return { changes: [], written: nothing, dependedOn }
  const before = await imagesOfRows(tx, mapping, 'target', free)
  const deleted = await discard(
    tx,
    mapping,
    free.map(([key = '']) => key),
  )
  const after = await imagesOfRows(tx, mapping, 'target', free)
  return {
    changes: changesOf(mapping, 'target', before, after),
    written: { ...nothing, deleted },
    dependedOn,
  }
}
/** Gives rows that were made on the target side a legacy key, and legacy the rows. Only those without any identity. */
async function adoptRows(tx, context, mapping, keys) {
  await lockRows(tx, mapping.target, keys)
  const before = await imagesOfRows(tx, mapping, 'target', await withoutIdentity(tx, mapping, keys))
  const targetKeys = [...before.values()].map(({ rowKey: [key = ''] }) => key)
  if (targetKeys.length === 0) return { changes: [], written: nothing, dependedOn: [] }
  const adopted = await adopt(tx, mapping, targetKeys)
  const after = await imagesOfRows(
    tx,
    mapping,
    'target',
    targetKeys.map((key) => [key]),
  )
  const synced = await syncKeys(tx, context, mapping, adopted)
  return { ...synced, changes: [...changesOf(mapping, 'target', before, after), ...synced.changes] }
}
async function withoutIdentity(tx, mapping, keys) {
  const { target } = mapping
  const { conditions } = selectionSql(target, 't', { by: 'keys', after: false, upTo: false })
  const empty = keyPairs(mapping).map(({ slot }) => sql`${identitySql(slot, 't')} IS NULL`)
  const { rows } = await tx.query(
    sql`SELECT ${join(keyColumns(target, 't'))}::text AS key FROM ${tableSql(target)} AS t WHERE ${all([...conditions, ...empty])}`
      .text,
    selectionParameters(target, { by: 'keys', keys }),
  )
  return rows.map(({ key }) => [key])
}
function changesOf(mapping, side, before, after) {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [was, is] = [before.get(key), after.get(key)]
    const rowKey = (was ?? is)?.rowKey
    if (!rowKey || (was?.row === is?.row && was?.links === is?.links)) return []
    return [{ mapping, side, rowKey, before: was ?? null, after: is ?? null }]
  })
}
//# sourceMappingURL=fix-step.js.map
