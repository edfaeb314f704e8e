import type { Transaction } from '@changeover/database'
import { type Direction, isInPlace, type Mapping } from '@changeover/mapping'
import { sql } from '@changeover/mapping/sql'
import { bringAlong, type Bringing } from './bring-along.ts'
import { dependentKeysSql, dependentsOf } from './dependents.ts'
import { errors } from './errors.ts'
import { forgetSql, keepersOf } from './kept-keys.ts'
import { type Key, keyNames, keyParameters, keyText, keyType, parameter } from './key.ts'
import { isOneRow, lockKeysSql, lockRangeSql, lockReplicaSql, strayKeysSql } from './lock.ts'
import { needOf } from './parents.ts'
import {
  addCounts,
  addResults,
  explain,
  noRow,
  nothing,
  parseKeys,
  parseRefused,
  reasonOf,
  type SyncResult,
  type WriteRow,
} from './sync-result.ts'
import { type HeldValues, writeSql } from './write.ts'

export interface SyncOptions {
  readonly heldValues: HeldValues
}

/** A range of legacy keys: after one (exclusive), up to one (inclusive); at most `limitRows` rows. */
export interface KeyRange {
  readonly after?: Key
  readonly upTo?: Key
  readonly limitRows?: number
}

/** The one writer, for the mappings of one migration. */
export interface Sync {
  /**
   * Makes the replica say what the mapping makes of the authority for these legacy keys: inserts what is missing, updates what
   * differs, deletes what has no source, in the caller's transaction. A second call writes nothing.
   *
   * Cost: three statements; first the authority's rows, then the replica's are locked FOR NO KEY UPDATE, both in key order.
   * Errors: SYNC.* (SNAPSHOT_TOO_OLD where it would delete under REPEATABLE READ); DATABASE.* when the database refuses a
   * row, which fails the whole call.
   */
  keys(
    tx: Transaction,
    mapping: Mapping,
    direction: Direction,
    keys: readonly Key[],
    options: SyncOptions,
  ): Promise<SyncResult>
  /** The same for the authority's next rows in a range, and nothing else: rows that only the replica has stay. Returns their keys. */
  batch(
    tx: Transaction,
    mapping: Mapping,
    direction: Direction,
    range: KeyRange,
    options: SyncOptions,
  ): Promise<SyncResult & { readonly keys: readonly Key[] }>
  /** The same for all keys of a range that either side knows. Cost: besides, a scan of the replica for its stray keys. */
  range(
    tx: Transaction,
    mapping: Mapping,
    direction: Direction,
    range: Omit<KeyRange, 'limitRows'>,
    options: SyncOptions,
  ): Promise<SyncResult>
}

/** Makes the writer for mappings that belong together: rows that refer to a row which appears now are written again with it. */
export function createSync(mappings: readonly Mapping[]): Sync {
  const compiled = new Map<string, string>()
  const text = (name: string, make: () => { readonly text: string }) => {
    const known = compiled.get(name) ?? make().text
    compiled.set(name, known)
    return known
  }

  const writeAlone = async (
    tx: Transaction,
    mapping: Mapping,
    direction: Direction,
    { present, absent }: Locked,
    { heldValues }: SyncOptions,
  ) => {
    if (!isInPlace(mapping))
      await tx.query(
        text(`lock replica ${mapping.name} ${direction}`, () => lockReplicaSql(mapping, direction)),
        keyParameters(mapping, [...present, ...absent]),
      )
    const statement = text(`write ${mapping.name} ${direction} ${heldValues}`, () =>
      writeSql(mapping, direction, heldValues),
    )
    const { rows } = await tx.query<WriteRow>(statement, [
      ...keyParameters(mapping, present),
      ...(isInPlace(mapping) ? [] : keyParameters(mapping, absent)), // what is gone is gone on both sides
    ])
    const { fresh, refused, isolation, ...counts } = rows[0] ?? noRow
    // Its snapshot is older than its locks: the source of a twin may have come back since.
    if (counts.deleted > 0 && isolation === 'repeatable read')
      throw errors.SNAPSHOT_TOO_OLD({ mapping: mapping.name, rows: counts.deleted })
    const inserted = parseKeys(fresh)
    if (direction === 'forward' && inserted.length > 0)
      await rewriteDependents(tx, mapping, inserted, { heldValues })
    return { counts, fresh: inserted, refused: parseRefused(refused) }
  }

  const write: Writer = async (tx, mapping, direction, locked, options) => {
    if (direction === 'backward') await forget(tx, mapping, locked.absent, options)
    const first = await writeAlone(tx, mapping, direction, locked, options)
    if (first.refused.length === 0) return { ...nothing, ...first.counts, fresh: first.fresh }
    let { counts } = first
    const bringing: Bringing = {
      tx,
      mapping,
      direction,
      need: needOf(mapping, direction, mappings),
      reason: (row) => explain(mapping, direction, [row]).map(reasonOf).join(''),
      sync: async (parent, keys) => {
        const those = await lock(tx, parent, direction, keys)
        const { refused, ...written } = await write(tx, parent, direction, those, options)
        return { ...written, refused: refused.map((row) => ({ key: row.key, why: reasonOf(row) })) }
      },
      write: async (keys) => {
        const again = await writeAlone(
          tx,
          mapping,
          direction,
          await lock(tx, mapping, direction, keys),
          options,
        )
        counts = addCounts(counts, again.counts)
        return again
      },
    }
    const { refused, brought, fresh } = await bringAlong(bringing, first.refused)
    return {
      ...counts,
      refused: explain(mapping, direction, refused),
      brought,
      fresh: [...first.fresh, ...fresh],
    }
  }

  /** Legacy keys of target rows that are gone, where others keep them: legacy's foreign keys would not let the rows go. */
  const forget = async (tx: Transaction, mapping: Mapping, gone: readonly Key[], options: SyncOptions) => {
    if (gone.length === 0) return
    for (const keeper of keepersOf(mapping, mappings)) {
      const name = `forget ${mapping.name} ${keeper.mapping.name} ${keeper.slot.ref}`
      const keys = sql`${parameter(1)}::${keyType(mapping, mapping.legacy.key[0] ?? '')}[]`
      const { rows } = await tx.query(
        text(name, () => forgetSql(mapping, keeper, keys)),
        keyParameters(mapping, gone),
      )
      const known = keysOf(
        keeper.mapping,
        rows.filter(({ k0 }) => k0 !== null),
      )
      if (known.length > 0) await sync.keys(tx, keeper.mapping, 'backward', known, options)
    }
  }

  const rewriteDependents = async (
    tx: Transaction,
    mapping: Mapping,
    inserted: readonly Key[],
    options: SyncOptions,
  ) => {
    const own = new Set(inserted.map(keyText))
    for (const dependent of dependentsOf(mapping, mappings)) {
      const name = `dependents ${mapping.name} ${dependent.mapping.name} ${dependent.field}`
      const found = await tx.query(
        text(name, () => dependentKeysSql(mapping, dependent)),
        keyParameters(mapping, inserted),
      )
      const keys = keysOf(dependent.mapping, found.rows)
      const others = dependent.mapping === mapping ? keys.filter((key) => !own.has(keyText(key))) : keys
      if (others.length > 0) await sync.keys(tx, dependent.mapping, 'forward', others, options)
    }
  }

  const lock = async (
    tx: Transaction,
    mapping: Mapping,
    direction: Direction,
    keys: readonly Key[],
  ): Promise<Locked> => {
    const { rows } = await tx.query(
      text(`lock ${mapping.name} ${direction}`, () => lockKeysSql(mapping, direction)),
      keyParameters(mapping, keys),
    )
    const byText = new Map(keysOf(mapping, rows).map((key) => [keyText(key), key]))
    const present = [...byText.values()] // once each, however often and in whatever spelling a key was given
    return { present, absent: keys.filter((key) => !byText.has(keyText(key))) }
  }

  const sync: Sync = {
    async keys(tx, mapping, direction, keys, options) {
      known(mapping, mappings)
      if (keys.length === 0) return nothing
      return told(await write(tx, mapping, direction, await lock(tx, mapping, direction, keys), options))
    },

    async batch(tx, mapping, direction, range, options) {
      known(mapping, mappings)
      const shape = shapeOf(range)
      const statement = text(`range ${mapping.name} ${direction} ${JSON.stringify(shape)}`, () =>
        lockRangeSql(mapping, direction, shape),
      )
      const { rows } = await tx.query(statement, rangeParameters(range))
      const keys = keysOf(mapping, rows)
      const isLocked = isOneRow(mapping) || keys.length === 0
      const present = isLocked ? keys : (await lock(tx, mapping, direction, keys)).present
      const result =
        present.length === 0
          ? nothing
          : told(await write(tx, mapping, direction, { present, absent: [] }, options))
      return { ...result, keys }
    },

    async range(tx, mapping, direction, range, options) {
      const written = await sync.batch(tx, mapping, direction, range, options)
      const stray = await tx.query(
        strayKeysSql(mapping, direction, shapeOf(range)).text,
        rangeParameters(range),
      )
      const removed = await sync.keys(tx, mapping, direction, keysOf(mapping, stray.rows), options)
      return addResults(written, removed)
    },
  }
  return sync
}

type Writer = (
  tx: Transaction,
  mapping: Mapping,
  direction: Direction,
  locked: Locked,
  options: SyncOptions,
) => Promise<Written>

/** With the keys of the rows that are new. */
interface Written extends SyncResult {
  readonly fresh: readonly Key[]
}

function told({ fresh: _fresh, ...result }: Written): SyncResult {
  return result
}

/** Keys whose rows of the authority are locked, and those that have no row there. */
interface Locked {
  readonly present: readonly Key[]
  readonly absent: readonly Key[]
}

function known(mapping: Mapping, mappings: readonly Mapping[]): void {
  if (mappings.includes(mapping)) return
  throw errors.MAPPING_FOREIGN({ mapping: mapping.name, known: mappings.map(({ name }) => name).join(', ') })
}

function keysOf(mapping: Mapping, rows: readonly Record<string, unknown>[]): readonly Key[] {
  const names = keyNames(mapping)
  return rows.map((row) => names.map((name) => String(row[name])))
}

function shapeOf(range: KeyRange) {
  return {
    after: range.after !== undefined,
    upTo: range.upTo !== undefined,
    limit: range.limitRows !== undefined,
  }
}

function rangeParameters(range: KeyRange): readonly (string | number)[] {
  return [
    ...(range.after ?? []),
    ...(range.upTo ?? []),
    ...(range.limitRows === undefined ? [] : [range.limitRows]),
  ]
}
