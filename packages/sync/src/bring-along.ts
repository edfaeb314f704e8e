import type { Transaction } from '@changeover/database'
import type { Direction, Mapping } from '@changeover/mapping'
import { adopt } from './adopt.ts'
import { type Key, keyNames, keyParameters, keyText } from './key.ts'
import { missingAncestorsSql, missingParentsSql, type Need, type Parent } from './parents.ts'

/** A row that the write statement refused, by the number of the reason. */
export interface Refused {
  readonly key: Key
  readonly refusal: number
  /** Which row it waits for, and why that has no twin; absent where the reason says enough. */
  readonly because?: string
}

/** Rows that a call was not asked for, and that are new on the replica because others need their twins. */
export interface Brought {
  readonly mapping: Mapping
  readonly keys: readonly Key[]
}

/** What became of some rows: which are new, and which were refused. */
interface Outcome<Row> {
  readonly fresh: readonly Key[]
  readonly refused: readonly Row[]
}

/** A call of the writer that brings parents along. */
export interface Bringing {
  readonly tx: Transaction
  readonly mapping: Mapping
  readonly direction: Direction
  readonly need: Need
  /** Syncs rows of another mapping, with what these need. */
  sync(
    parent: Mapping,
    keys: readonly Key[],
  ): Promise<Outcome<{ readonly key: Key; readonly why: string }> & { readonly brought: readonly Brought[] }>
  /** Locks and writes rows of the mapping itself, and brings nobody along. */
  write(keys: readonly Key[]): Promise<Outcome<Refused>>
  /** The reason as the end of a sentence about the row. */
  reason(refused: Refused): string
}

interface Done extends Outcome<Refused> {
  readonly brought: readonly Brought[]
}

/**
 * Brings along what refused rows wait for: syncs the rows they refer to, by the mapping of those, and writes them again as long
 * as fewer of them are refused. Of the same mapping every ancestor is taken; a circle ends. Returns what is still refused.
 */
export async function bringAlong(bringing: Bringing, refused: readonly Refused[]): Promise<Done> {
  const { mapping, direction, need } = bringing
  const waiting = refused.filter((each) => waits(need, each)).map(({ key }) => key)
  if (waiting.length === 0 || need.parents.length === 0) return { refused, brought: [], fresh: [] }
  const self = need.parents.find((parent) => parent.mapping === mapping)
  const ancestors = self ? await ancestorsOf(bringing, self, waiting) : []
  const family = [...ancestors, ...waiting]
  const brought: Brought[] = []
  const reasons = new Map<string, string>()
  for (const parent of need.parents.filter((each) => each !== self)) {
    const keys = await parentsOf(bringing, parent, family)
    if (keys.length === 0) continue
    const synced = await bringing.sync(parent.mapping, keys)
    brought.push({ mapping: parent.mapping, keys: synced.fresh }, ...synced.brought)
    for (const { key, why } of synced.refused) reasons.set(rowName(parent.mapping, key), why)
  }
  // On the way back a parent has its legacy key by now, and a child of one that was refused would be written.
  const isVain = direction === 'backward' && reasons.size > 0
  const { left, fresh } = isVain ? { left: byKey(refused), fresh: [] } : await writeAgain(bringing, family)
  for (const each of left.values()) reasons.set(rowName(mapping, each.key), bringing.reason(each))
  const asked = byKey(waiting.map((key) => ({ key })))
  const still = refused.flatMap((each) =>
    asked.has(keyText(each.key)) ? (left.get(keyText(each.key)) ?? []) : each,
  )
  const of = byKey(ancestors.map((key) => ({ key })))
  brought.push({ mapping, keys: fresh.filter((key) => of.has(keyText(key))) })
  return {
    refused: await explained(bringing, still, reasons),
    brought: brought.filter(({ keys }) => keys.length > 0),
    fresh,
  }
}

function waits(need: Need, { refusal }: Refused): boolean {
  return need.refusals.includes(refusal)
}

/** Writes rows, and again those that waited for others of them, as long as that helps. `left`: the last word on each that is refused. */
async function writeAgain({ need, write }: Bringing, keys: readonly Key[]) {
  const left = new Map<string, Refused>()
  const fresh: Key[] = []
  for (let waiting = keys; waiting.length > 0; ) {
    const written = await write(waiting)
    fresh.push(...written.fresh)
    for (const key of waiting) left.delete(keyText(key))
    for (const each of written.refused) left.set(keyText(each.key), each)
    const still = written.refused.filter((each) => waits(need, each)).map(({ key }) => key)
    if (still.length === waiting.length) break
    waiting = still
  }
  return { left, fresh }
}

/** Names the row that each still waits for. */
async function explained(
  bringing: Bringing,
  refused: readonly Refused[],
  reasons: ReadonlyMap<string, string>,
): Promise<readonly Refused[]> {
  const waiting = refused.filter((each) => waits(bringing.need, each)).map(({ key }) => key)
  const because = new Map<string, string>()
  const [first] = reasons
  // On the way back the parent is no longer missing: it was given its legacy key, and refused afterwards.
  if (bringing.direction === 'backward' && first)
    for (const key of waiting) because.set(keyText(key), refusalOf(...first))
  for (const parent of waiting.length === 0 ? [] : bringing.need.parents)
    for (const { key, missing } of await missingOf(bringing, parent, waiting)) {
      const name = rowName(parent.mapping, [missing])
      if (!because.has(keyText(key))) because.set(keyText(key), refusalOf(name, reasons.get(name)))
    }
  return refused.map((each) => {
    const said = because.get(keyText(each.key))
    return said === undefined ? each : { ...each, because: said }
  })
}

function refusalOf(name: string, why: string | undefined): string {
  return why === undefined
    ? `${name} is no row that the mapping speaks of`
    : `${name} cannot be written: ${why}`
}

function rowName({ name }: Mapping, key: Key): string {
  return `${name} ${key.join(', ')}`
}

function byKey<Row extends { readonly key: Key }>(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [keyText(row.key), row]))
}

/** The legacy keys of parents that these rows miss, in the order of their texts; on the way back they are given one first. */
async function parentsOf(bringing: Bringing, parent: Parent, keys: readonly Key[]): Promise<readonly Key[]> {
  const missing = await missingOf(bringing, parent, keys)
  return known(
    bringing,
    parent,
    missing.map((each) => each.missing),
  )
}

async function ancestorsOf(bringing: Bringing, self: Parent, keys: readonly Key[]): Promise<readonly Key[]> {
  const { tx, mapping, direction } = bringing
  const { rows } = await tx.query<{ missing: string }>(
    missingAncestorsSql(mapping, direction, self).text,
    keyParameters(mapping, keys),
  )
  const own = byKey(keys.map((key) => ({ key })))
  const ancestors = await known(
    bringing,
    self,
    rows.map(({ missing }) => missing),
  )
  return ancestors.filter((key) => !own.has(keyText(key)))
}

async function missingOf({ tx, mapping, direction }: Bringing, parent: Parent, keys: readonly Key[]) {
  const { rows } = await tx.query<{ missing: string } & Readonly<Record<string, string>>>(
    missingParentsSql(mapping, direction, parent).text,
    keyParameters(mapping, keys),
  )
  return rows.map((row) => ({
    key: keyNames(mapping).map((name) => String(row[name])),
    missing: row.missing,
  }))
}

async function known(
  { tx, direction }: Bringing,
  { mapping }: Parent,
  missing: readonly string[],
): Promise<readonly Key[]> {
  const unique = [...new Set(missing)].toSorted()
  if (direction === 'forward' || unique.length === 0) return unique.map((key) => [key])
  return adopt(tx, mapping, unique)
}
