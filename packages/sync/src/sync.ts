import type { Transaction } from '@changeover/database'
import { type Direction, isInPlace, type Mapping } from '@changeover/mapping'
import { dependentKeysSql, dependentsOf } from './dependents.ts'
import { errors } from './errors.ts'
import { type Key, keyNames, keyParameters } from './key.ts'
import { isOneRow, lockKeysSql, lockRangeSql, lockReplicaSql, strayKeysSql } from './lock.ts'
import { type HeldValues, refusalsOf, writeSql } from './write.ts'

/** A row that a rule cannot map, and is therefore left as it was on the replica. */
export interface RefusedRow {
  readonly key: Key
  readonly rule: string
  readonly field: string
  readonly why: string
}

/** Rows of the replica that were written, and those that could not be. `linked` and `unlinked` count link rows. */
export interface SyncResult {
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly linked: number
  readonly unlinked: number
  readonly refused: readonly RefusedRow[]
}

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

  const write: Writer = async (tx, mapping, direction, present, absent, { heldValues }) => {
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
    return { ...counts, refused: explain(mapping, direction, refused) }
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

  const lock = async (tx: Transaction, mapping: Mapping, direction: Direction, keys: readonly Key[]) => {
    const { rows } = await tx.query(
      text(`lock ${mapping.name} ${direction}`, () => lockKeysSql(mapping, direction)),
      keyParameters(mapping, keys),
    )
    return keysOf(mapping, rows)
  }

  const sync: Sync = {
    async keys(tx, mapping, direction, keys, options) {
      known(mapping, mappings)
      if (keys.length === 0) return nothing
      const locked = await lock(tx, mapping, direction, keys)
      const byText = new Map(locked.map((key) => [keyText(key), key]))
      const present = [...byText.values()] // once each, however often and in whatever spelling a key was given
      const absent = keys.filter((key) => !byText.has(keyText(key)))
      return write(tx, mapping, direction, present, absent, options)
    },

    async batch(tx, mapping, direction, range, options) {
      known(mapping, mappings)
      const shape = shapeOf(range)
      const statement = text(`range ${mapping.name} ${direction} ${JSON.stringify(shape)}`, () =>
        lockRangeSql(mapping, direction, shape),
      )
      const { rows } = await tx.query(statement, rangeParameters(range))
      const keys = keysOf(mapping, rows)
      const present = isOneRow(mapping) || keys.length === 0 ? keys : await lock(tx, mapping, direction, keys)
      const result =
        present.length === 0 ? nothing : await write(tx, mapping, direction, present, [], options)
      return { ...result, keys }
    },

    async range(tx, mapping, direction, range, options) {
      const written = await sync.batch(tx, mapping, direction, range, options)
      const stray = await tx.query(
        strayKeysSql(mapping, direction, shapeOf(range)).text,
        rangeParameters(range),
      )
      const removed = await sync.keys(tx, mapping, direction, keysOf(mapping, stray.rows), options)
      return add(written, removed)
    },
  }
  return sync
}

type Writer = (
  tx: Transaction,
  mapping: Mapping,
  direction: Direction,
  present: readonly Key[],
  absent: readonly Key[],
  options: SyncOptions,
) => Promise<SyncResult>

interface WriteRow {
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly linked: number
  readonly unlinked: number
  readonly fresh: string | null
  readonly refused: string | null
  readonly isolation: string
}

const noRow: WriteRow = {
  inserted: 0,
  updated: 0,
  deleted: 0,
  linked: 0,
  unlinked: 0,
  fresh: null,
  refused: null,
  isolation: '',
}
const nothing: SyncResult = { inserted: 0, updated: 0, deleted: 0, linked: 0, unlinked: 0, refused: [] }

function add(left: SyncResult, right: SyncResult): SyncResult {
  return {
    inserted: left.inserted + right.inserted,
    updated: left.updated + right.updated,
    deleted: left.deleted + right.deleted,
    linked: left.linked + right.linked,
    unlinked: left.unlinked + right.unlinked,
    refused: [...left.refused, ...right.refused],
  }
}

/** A text that is the same for equal keys only. */
function keyText(key: Key): string {
  return JSON.stringify(key)
}

function known(mapping: Mapping, mappings: readonly Mapping[]): void {
  if (mappings.includes(mapping)) return
  throw errors.MAPPING_FOREIGN({ mapping: mapping.name, known: mappings.map(({ name }) => name).join(', ') })
}

function keysOf(mapping: Mapping, rows: readonly Record<string, unknown>[]): readonly Key[] {
  const names = keyNames(mapping)
  return rows.map((row) => names.map((name) => String(row[name])))
}

function parseKeys(text: string | null): readonly Key[] {
  return text === null ? [] : (JSON.parse(text) as Key[]) // the statement builds a list of lists of text
}

function explain(mapping: Mapping, direction: Direction, text: string | null): readonly RefusedRow[] {
  if (text === null) return []
  const reasons = refusalsOf(mapping, direction)
  const rows = JSON.parse(text) as { readonly key: Key; readonly refusal: number }[] // as above
  return rows.flatMap(({ key, refusal }) => {
    const reason = reasons[refusal]
    return reason ? [{ key, rule: reason.rule, field: reason.field, why: reason.why }] : []
  })
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
