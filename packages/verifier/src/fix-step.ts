import type { Transaction } from '@changeover/database'
import { type Direction, identitySql, keyPairs, type Mapping, tableSql } from '@changeover/mapping'
import { all, join, sql } from '@changeover/mapping/sql'
import {
  adopt,
  asEngine,
  dependentKeysSql,
  dependentsOf,
  discard,
  type HeldValues,
  type Key,
  keyNames,
  keyParameters,
  lockKeysSql,
  lockReplicaSql,
  type Sync,
  type SyncResult,
} from '@changeover/sync'
import { rowsDependedOn } from './dependent-rows.ts'
import { errors } from './errors.ts'
import type { FixStep } from './fix-plan.ts'
import { type Images, imagesOfKeys, imagesOfRows, lockRows, type Side, utc } from './images.ts'
import { keyColumns, selectionParameters, selectionSql } from './selection.ts'
import type { Authority } from './verification.ts'

/** What a fix needs to know in every step. */
export interface FixContext {
  readonly migration: string
  readonly sync: Sync
  readonly mappings: readonly Mapping[]
  readonly authority: Authority
  readonly heldValues: HeldValues
}

/** A row as it was before and after; null where there was none. */
interface Change {
  readonly mapping: Mapping
  readonly side: Side
  readonly rowKey: Key
  readonly before: { readonly row: string; readonly links: string } | null
  readonly after: { readonly row: string; readonly links: string } | null
}

export interface StepResult {
  readonly step: FixStep
  readonly changes: readonly Change[]
  readonly written: Omit<SyncResult, 'refused' | 'brought'>
  /** Target rows that were left because other rows depend on them. */
  readonly dependedOn: readonly Key[]
}

type Done = Omit<StepResult, 'step'>

const nothing = { inserted: 0, updated: 0, deleted: 0, linked: 0, unlinked: 0 }

/** Runs one step in a transaction: locks, looks at the rows, writes through sync or discard, and looks again. */
export async function runStep(tx: Transaction, context: FixContext, step: FixStep): Promise<StepResult> {
  await tx.query(utc)
  if (context.authority === 'target') await asEngine(tx, context.migration)
  return { step, ...(await done(tx, context, step)) }
}

function done(tx: Transaction, context: FixContext, { part, mapping, keys }: FixStep): Promise<Done> {
  if (part === 'keys') return syncKeys(tx, context, mapping, keys)
  if (mapping.target.key.length > 1) throw errors.FIX_TARGET_KEY({ mapping: mapping.name })
  return context.authority === 'legacy'
    ? discardRows(tx, mapping, keys)
    : adoptRows(tx, context, mapping, keys)
}

/** The authority's rows are locked before their images are taken, so that what is written is what is right at that moment. */
async function syncKeys(
  tx: Transaction,
  { sync, mappings, authority, heldValues }: FixContext,
  mapping: Mapping,
  keys: readonly Key[],
): Promise<Done> {
  const [direction, side]: [Direction, Side] =
    authority === 'legacy' ? ['forward', 'target'] : ['backward', 'legacy']
  const written = [
    { mapping, keys },
    ...(direction === 'forward' ? await dependents(tx, mappings, mapping, keys) : []),
  ]
  for (const each of written)
    await tx.query(lockKeysSql(each.mapping, direction).text, keyParameters(each.mapping, each.keys))
  for (const each of written)
    await tx.query(lockReplicaSql(each.mapping, direction).text, keyParameters(each.mapping, each.keys))
  const look = async () => {
    const images: Images[] = []
    for (const each of written) images.push(await imagesOfKeys(tx, each.mapping, side, each.keys))
    return images
  }
  const before = await look()
  const {
    refused: _refused,
    brought,
    ...counts
  } = await sync.keys(tx, mapping, direction, keys, { heldValues })
  const after = await look()
  for (const each of brought) {
    written.push(each)
    before.push(new Map()) // they are new
    after.push(await imagesOfKeys(tx, each.mapping, side, each.keys))
  }
  const changes = written.flatMap((each, index) =>
    changesOf(each.mapping, side, before[index] ?? new Map(), after[index] ?? new Map()),
  )
  return { changes, written: counts, dependedOn: [] }
}

/** Rows that sync will write again because the row they refer to appears. */
async function dependents(
  tx: Transaction,
  mappings: readonly Mapping[],
  mapping: Mapping,
  keys: readonly Key[],
): Promise<readonly { readonly mapping: Mapping; readonly keys: readonly Key[] }[]> {
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

async function discardRows(tx: Transaction, mapping: Mapping, keys: readonly Key[]): Promise<Done> {
  await lockRows(tx, mapping.target, keys)
  const needed = await rowsDependedOn(tx, mapping, 'target', keys)
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
async function adoptRows(
  tx: Transaction,
  context: FixContext,
  mapping: Mapping,
  keys: readonly Key[],
): Promise<Done> {
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

async function withoutIdentity(
  tx: Transaction,
  mapping: Mapping,
  keys: readonly Key[],
): Promise<readonly Key[]> {
  const { target } = mapping
  const { conditions } = selectionSql(target, 't', { by: 'keys', after: false, upTo: false })
  const empty = keyPairs(mapping).map(({ slot }) => sql`${identitySql(slot, 't')} IS NULL`)
  const { rows } = await tx.query<{ key: string }>(
    sql`SELECT ${join(keyColumns(target, 't'))}::text AS key FROM ${tableSql(target)} AS t WHERE ${all([...conditions, ...empty])}`
      .text,
    selectionParameters(target, { by: 'keys', keys }),
  )
  return rows.map(({ key }) => [key])
}

function changesOf(mapping: Mapping, side: Side, before: Images, after: Images): readonly Change[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((key) => {
    const [was, is] = [before.get(key), after.get(key)]
    const rowKey = (was ?? is)?.rowKey
    if (!rowKey || (was?.row === is?.row && was?.links === is?.links)) return []
    return [{ mapping, side, rowKey, before: was ?? null, after: is ?? null }]
  })
}
