import type { Direction, Mapping } from '@changeover/mapping'
import { all, ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { keyNames, keysSql, keyType, parameter } from './key.ts'
import { sidesOf, type Side } from './side.ts'

/**
 * Locks the authority's rows of the keys `$1…` in key order and returns those keys that have a row.
 * Nothing else of the row is read here: the write that follows takes a new snapshot, which sees everything that was
 * committed while this statement waited.
 */
export function lockKeysSql(mapping: Mapping, direction: Direction): Sql {
  const { authority } = sidesOf(mapping, direction)
  const given = isOneRow(mapping) ? inOrder(mapping) : keysTaken(mapping)
  return sql`SELECT ${lockedTexts(mapping)} ${eachLocked(mapping, authority, given)}`
}

/**
 * How many keys one transaction may take. A lock of a key is an entry in the lock table of the server, which has some
 * thousand in all; row locks need none.
 */
export function mostKeys(mapping: Mapping): number {
  return isOneRow(mapping) ? Number.MAX_SAFE_INTEGER : 1000
}

/** Whether each key is one row of one table on either side, on which everybody who writes it meets. */
export function isOneRow({ legacy, target }: Mapping): boolean {
  return legacy.madeOf === undefined && target.madeOf === undefined
}

function inOrder(mapping: Mapping): Sql {
  const keys = join(keyNames(mapping).map((name) => ident(name)))
  return sql`SELECT * FROM ${keysSql(mapping, 'key', 1)} ORDER BY ${keys}`
}

/** Behind a view two transactions can write the same key without a row in common: they meet at a lock of the key itself. */
function keysTaken(mapping: Mapping): Sql {
  const texts = join(keyNames(mapping).map((name) => sql`${ident('sorted', name)}::text`))
  const key = sql`hashtextextended(jsonb_build_array(${literal(mapping.name)}, ${texts})::text, 0)`
  return sql`SELECT sorted.*, pg_advisory_xact_lock(${key}) FROM (${inOrder(mapping)} OFFSET 0) AS sorted`
}

/**
 * Locks the replica's rows of the keys `$1…` in key order. Without it, a row that is deleted here for want of a source could
 * be the one that another transaction, which has just inserted that source, found to be right and left as it was.
 */
export function lockReplicaSql(mapping: Mapping, direction: Direction): Sql {
  const { replica } = sidesOf(mapping, direction)
  return sql`SELECT 1 ${eachLocked(mapping, replica)}`
}

/** One lookup and lock for each key, in key order: a join could lock in any order, and read the whole table. */
function eachLocked(mapping: Mapping, side: Side, given = inOrder(mapping)): Sql {
  const alias = ident(side.alias)
  return sql`FROM (${given}) AS given
    CROSS JOIN LATERAL (SELECT ${keyTexts(mapping, side)} FROM ${side.name} AS ${alias}
      WHERE ${side.matches('given')} AND ${side.scope} FOR NO KEY UPDATE OF ${alias}) AS locked`
}

function lockedTexts(mapping: Mapping): Sql {
  return join(keyNames(mapping).map((name) => ident('locked', name)))
}

/** Which ends of a key range are open; an absent end means no bound on that side. */
export interface RangeShape {
  readonly after: boolean
  readonly upTo: boolean
  readonly limit: boolean
}

/**
 * Locks the next rows of the authority after a key (exclusive) up to a key (inclusive), in key order, and returns their keys.
 * Where a key is no single row, it locks nothing: {@link lockKeysSql} of the keys comes next.
 * Parameters, as far as the shape has them: the columns of `after`, the columns of `upTo`, the limit.
 */
export function lockRangeSql(mapping: Mapping, direction: Direction, shape: RangeShape): Sql {
  const { authority } = sidesOf(mapping, direction)
  const { conditions, next } = rangeConditions(mapping, authority.legacyKey, shape)
  const limit = shape.limit ? sql`LIMIT ${parameter(next)}::int` : sql``
  // A target row that was not adopted yet has no legacy key, and so no place in a range of them.
  const known = direction === 'backward' ? authority.legacyKey.map((key) => sql`${key} IS NOT NULL`) : []
  return sql`SELECT ${keyTexts(mapping, authority)} FROM ${authority.name} AS ${ident(authority.alias)}
    WHERE ${all([authority.scope, ...known, ...conditions])} ORDER BY ${join(authority.legacyKey)} ${limit} ${isOneRow(mapping) ? sql`FOR NO KEY UPDATE OF ${ident(authority.alias)}` : sql``}`
}

/** Keys in a range that only the replica knows. Cost: scans the replica unless its keys are indexed as values. */
export function strayKeysSql(mapping: Mapping, direction: Direction, shape: RangeShape): Sql {
  const { authority, replica } = sidesOf(mapping, direction)
  const { conditions } = rangeConditions(mapping, replica.legacyKey, shape)
  const names = keyNames(mapping)
  const keyed = join(replica.legacyKey.map((key, index) => sql`${key} AS ${ident(names[index] ?? '')}`))
  const texts = join(names.map((name) => sql`${ident('stray', name)}::text AS ${ident(name)}`))
  return sql`SELECT ${texts} FROM (SELECT ${keyed} FROM ${replica.name} AS ${ident(replica.alias)}
    WHERE ${all([replica.scope, ...conditions])}) AS stray
    WHERE NOT EXISTS (SELECT 1 FROM ${authority.name} AS ${ident(authority.alias)} WHERE ${authority.scope} AND ${authority.matches('stray')})`
}

/** Keyset conditions as row comparisons, strict after and inclusive up to, with the number of the next free parameter. */
export function rangeConditions(
  mapping: Mapping,
  key: readonly Sql[],
  shape: Pick<RangeShape, 'after' | 'upTo'>,
) {
  const types = mapping.legacy.key.map((name) => keyType(mapping, name))
  const tuple = (first: number) => join(types.map((type, index) => sql`${parameter(first + index)}::${type}`))
  const conditions: Sql[] = []
  let next = 1
  if (shape.after) {
    conditions.push(sql`(${join(key)}) > (${tuple(next)})`)
    next += types.length
  }
  if (shape.upTo) {
    conditions.push(sql`(${join(key)}) <= (${tuple(next)})`)
    next += types.length
  }
  return { conditions, next }
}

function keyTexts(mapping: Mapping, side: Side): Sql {
  const names = keyNames(mapping)
  return join(side.legacyKey.map((key, index) => sql`${key}::text AS ${ident(names[index] ?? '')}`))
}
