import {
  type CompiledRule,
  compileRules,
  type Direction,
  fieldNamed,
  isInPlace,
  isJson,
  type Mapping,
  subqueryScope,
  type Table,
  tableSql,
  typeText,
} from '@changeover/mapping'
import { all, any, ident, join, literal, type Sql, sql, typeName } from '@changeover/mapping/sql'
import { type ColumnValue, columnValues, identityValues, unlessKept, type Written } from './assemble.ts'
import { errors } from './errors.ts'
import { keyNames, keysSql } from './key.ts'
import { linkStatements } from './link-statements.ts'
import { joinedScope } from './self-join.ts'
import { probe, type Side, sidesOf } from './side.ts'

/**
 * What to do with replica values that agree only when they are read back (a target `urgent` where legacy says `critical`).
 * `keep` leaves them, so that neither side loses what only it can hold; `overwrite` makes the replica exact, which is right
 * as long as the replica has never led.
 */
export type HeldValues = 'keep' | 'overwrite'

/** What the statement does. Whoever knows the rows under lock can leave out what has nothing to do, and save its cost. */
export type WritePart = 'insert' | 'update' | 'delete' | 'link'

/** What is known of the rows beforehand. */
export interface WriteShape {
  readonly parts: readonly WritePart[]
  /** Whether a row may refer to one that the same statement inserts. */
  readonly refersToOwn: boolean
}

const anything: WriteShape = { parts: ['insert', 'update', 'delete', 'link'], refersToOwn: true }

/**
 * The one statement that makes the replica say what the mapping says. Parameters: the locked keys of the authority (from
 * `$1`), then the keys that had no row (deleted on the replica unless a row has appeared since).
 * Shape: one row of `inserted`, `updated`, `deleted`, `linked`, `unlinked` (int4), `fresh` (text: JSON list of inserted
 * keys), `refused` (text: JSON list of `{key, refusal}`, the latter an index into {@link refusalsOf}) and `isolation`.
 */
export function writeSql(
  mapping: Mapping,
  direction: Direction,
  heldValues: HeldValues,
  { parts, refersToOwn }: WriteShape = anything,
): Sql {
  const { authority, replica } = sidesOf(mapping, direction)
  // In place a row is its own twin: it is there, or it is gone.
  const does = (part: WritePart) =>
    parts.includes(part) && (part === 'update' || part === 'link' || !isInPlace(mapping))
  const own = refersToOwn ? joinedScope(mapping, direction) : { scope: subqueryScope(mapping), joins: [] }
  const { scope, joins } = own
  const rules = compileRules(mapping, direction, { legacy: 'l', target: 't', scope })
  const link = linkStatements(does('link') ? mapping.links : [], direction)
  const names = keyNames(mapping).map((name) => ident(name))
  const rows = sql`batch ${probe(authority, all([authority.matches('batch'), authority.scope]), sql`TRUE`)} ${join(joins, ' ')}`
  const inserted = sql`inserted AS (
  ${insertSql(mapping, direction, replica, rules)} FROM ${rows} WHERE batch.fresh AND batch.refused IS NULL RETURNING 1
)`
  const steps = [
    ...(does('insert') ? [inserted] : []),
    ...(does('update') ? [updatedSql(mapping, direction, heldValues, rules, rows)] : []),
    ...(does('delete') ? [deletedSql(mapping, authority, replica)] : []),
  ]
  const batch = sql`batch AS MATERIALIZED (${batchSql(mapping, direction)})`
  const asked = parts.some((part) => part !== 'delete')
  const count = (step: string, part: WritePart) =>
    does(part) ? sql`(SELECT count(*) FROM ${ident(step)})::int` : sql`0`
  return sql`WITH ${join([...(asked ? [batch] : []), ...steps], ',\n')}${link.statements}
SELECT ${count('inserted', 'insert')} AS inserted, ${count('updated', 'update')} AS updated,
  ${count('deleted', 'delete')} AS deleted, ${link.counts}, ${asked ? toldOf(names) : sql`NULL::text AS fresh, NULL::text AS refused`}, pg_catalog.current_setting('transaction_isolation') AS isolation`
}

/** New keys, and rows that are refused, each as a JSON list. */
function toldOf(names: readonly Sql[]): Sql {
  return sql`(SELECT jsonb_agg(jsonb_build_array(${keyTexts(names)})) FROM batch WHERE fresh AND refused IS NULL)::text AS fresh,
  (SELECT jsonb_agg(jsonb_build_object('key', jsonb_build_array(${keyTexts(names)}), 'refusal', refused)) FROM batch WHERE refused IS NOT NULL)::text AS refused`
}

function deletedSql(mapping: Mapping, authority: Side, replica: Side): Sql {
  return sql`deleted AS (
  DELETE FROM ${replica.name} AS ${ident(replica.alias)} USING ${keysSql(mapping, 'absent', mapping.legacy.key.length + 1)}
  WHERE ${replica.matches('absent')} AND ${replica.scope} AND NOT EXISTS (
    SELECT 1 FROM ${authority.name} AS ${ident(authority.alias)} WHERE ${authority.scope} AND ${authority.matches('absent')}) RETURNING 1
)`
}

/** Every reason for which the mapping refuses a row in that direction, in the order of the statement's indexes. */
export function refusalsOf(mapping: Mapping, direction: Direction) {
  const frame = { legacy: 'l', target: 't', scope: subqueryScope(mapping) }
  return compileRules(mapping, direction, frame).flatMap(({ resolved, refusals }) =>
    refusals.map((refusal) => ({ rule: resolved.label, ...refusal })),
  )
}

/**
 * Rows of the authority with their keys: `k…` the legacy key, `a…` the authority's own, `r…` the replica's (a new one where
 * there is no row: `fresh`), and the first reason to refuse them.
 */
function batchSql(mapping: Mapping, direction: Direction): Sql {
  const { authority, replica } = sidesOf(mapping, direction)
  const names = keyNames(mapping).map((name) => ident(name))
  const keyed = authority.legacyKey.map((key, index) => sql`${key} AS ${names[index] ?? key}`)
  const fresh = sql`${ident(replica.alias, columnOf(replica.table, replica.table.key[0]))} IS NULL`
  const replicaKeys = replica.table.key.map((field, index) => {
    const made = newKeySql(mapping, direction, index, authority)
    return sql`CASE WHEN ${fresh} THEN ${made} ELSE ${ident(replica.alias, columnOf(replica.table, field))} END AS ${ident(`r${index}`)}`
  })
  const authorityKeys = authority.table.key.map(
    (field, index) =>
      sql`${ident(authority.alias, columnOf(authority.table, field))} AS ${ident(`a${index}`)}`,
  )
  const whens = refusalsOf(mapping, direction).map(
    ({ when }, index) => sql`WHEN ${when} THEN ${literal(index)}`,
  )
  const refused = whens.length === 0 ? sql`NULL::int` : sql`CASE ${join(whens, ' ')} END`
  return sql`SELECT ${join([...keyed, ...authorityKeys, ...replicaKeys])}, ${fresh} AS fresh, ${refused} AS refused
  FROM ${keysSql(mapping, 'given', 1)} ${probe(authority, all([authority.matches('given'), authority.scope]), sql`TRUE`)}
    LEFT ${probe(replica, all([replica.matches('given'), replica.scope]), sql`TRUE`)}`
}

/** The key of a new replica row: the legacy key where it is one, otherwise a new uuid or the next of the column's sequence. */
function newKeySql(mapping: Mapping, direction: Direction, index: number, authority: Side): Sql {
  if (direction === 'backward') return authority.legacyKey[index] ?? sql`NULL`
  const field = fieldNamed(mapping.target, mapping.target.key[index] ?? '')
  const kept = mapping.identity.slots.indexOf(field.name)
  if (kept >= 0) return authority.legacyKey[kept] ?? sql`NULL`
  if (isWritten(mapping, field.name)) return sql`NULL::${typeName(typeText(field.type))}` // the insert takes what the rule says
  return newKey(mapping, mapping.target, field.name)
}

function isWritten(mapping: Mapping, field: string): boolean {
  return mapping.rules.some(({ slots }) => slots.some(({ slot }) => slot.ref === field))
}

/** A key that no row of the table has yet. Errors: SYNC.KEY_NOT_GENERATED. */
export function newKey(mapping: Mapping, table: Table, name: string): Sql {
  const { type, column } = fieldNamed(table, name)
  if (type.base === 'uuid') return sql`gen_random_uuid()`
  if (type.base !== 'bigint' && type.base !== 'integer' && type.base !== 'smallint')
    throw errors.KEY_NOT_GENERATED({ mapping: mapping.name, table: table.name, type: type.base })
  return sql`nextval(pg_get_serial_sequence(${literal(tableSql(table).text)}, ${literal(column)}))`
}

function insertSql(
  mapping: Mapping,
  direction: Direction,
  replica: Side,
  rules: readonly CompiledRule[],
): Sql {
  const keys = replica.table.key.map((field, index) => ({
    column: ident(columnOf(replica.table, field)),
    value: ident('batch', `r${index}`),
  }))
  const own = direction === 'forward' && mapping.identity.kind === 'storedIn'
  const identity = own
    ? identityValues(mapping, (index) => ident('batch', keyNames(mapping)[index] ?? ''))
    : []
  const values = rules.flatMap(({ writes }) =>
    writes.map(({ slot, type, bare }): Written => ({ slot, value: bare, nested: isJson(type) })),
  )
  const columns = withoutDoubles([
    ...columnValues([...identity, ...values], undefined),
    ...keys,
    ...scopeValues(replica.table),
  ])
  return sql`INSERT INTO ${replica.name} (${join(columns.map(({ column }) => column))}) OVERRIDING SYSTEM VALUE
  SELECT ${join(columns.map(({ value }) => value))}`
}

/** Fields of which the table's `where` leaves one value: a new row without it would never be found again. */
function scopeValues(table: Table): readonly ColumnValue[] {
  return Object.entries(table.where).flatMap(([name, [value, ...others]]) => {
    const { column, generated } = fieldNamed(table, name)
    return value === undefined || others.length > 0 || generated
      ? []
      : [{ column: ident(column), value: literal(value) }]
  })
}

/** The first value for each column. */
function withoutDoubles(values: readonly ColumnValue[]): readonly ColumnValue[] {
  return [...Map.groupBy(values, ({ column }) => column.text).values()].flatMap((same) => same.slice(0, 1))
}

/** Rows that the replica has: first what they are to be and whether that is a change, then the update of those that are. */
function updatedSql(
  mapping: Mapping,
  direction: Direction,
  heldValues: HeldValues,
  rules: readonly CompiledRule[],
  rows: Sql,
): Sql {
  const { replica } = sidesOf(mapping, direction)
  const existing = existingRules(mapping, direction, heldValues, rules)
  const written = existing.flatMap(({ values }) => values)
  const values = written.map(({ value }, index) => sql`, ${value} AS ${ident(`w${index}`)}`)
  const named = written.map((each, index) => ({ ...each, value: ident('source', `w${index}`) }))
  const sets = columnValues(named, replica.alias).map(({ column, value }) => sql`${column} = ${value}`)
  const own = sameRow(replica.table, replica.alias, 'batch')
  return sql`source AS MATERIALIZED (
  SELECT ${join(numbered('r', replica.table).map((name) => sql`batch.${name}`))}${join(values, '')}
  FROM ${rows} ${probe(replica, own, sql`TRUE`)}${keptSql(existing)}
  WHERE NOT batch.fresh AND batch.refused IS NULL AND (${any(existing.map(({ stale }) => stale))})
), updated AS (
  ${sets.length === 0 ? sql`SELECT 1 WHERE FALSE` : sql`UPDATE ${replica.name} AS ${ident(replica.alias)} SET ${join(sets)} FROM source WHERE ${sameRow(replica.table, replica.alias, 'source')} RETURNING 1`}
)`
}

/** What each rule makes of an existing row, and when that row is to be updated for it. */
function existingRules(
  mapping: Mapping,
  direction: Direction,
  heldValues: HeldValues,
  rules: readonly CompiledRule[],
) {
  const { replica } = sidesOf(mapping, direction)
  // Held values are judged without the joins of the statement: a twin that it makes itself holds nothing yet.
  const frame = { legacy: 'l', target: 't', scope: subqueryScope(mapping) }
  const judged = heldValues === 'keep' ? compileRules(mapping, direction, frame) : []
  return rules.map((rule, index) => {
    const held = judged[index]?.held
    if (!held) {
      const values = rule.writes.map(({ slot, type, bare }): Written => {
        return { slot, value: bare, nested: isJson(type) }
      })
      return { values, stale: rule.differs, keep: undefined }
    }
    const name = ident(`keep_${index}`)
    const values = rule.writes.map(({ slot, value }) =>
      unlessKept(sql`kept.${name}`, slot, value, replica.alias),
    )
    // What agrees need not be asked whether it is held.
    const keep = sql`CASE WHEN ${rule.differs} THEN ${held} ELSE TRUE END AS ${name}`
    return { values, stale: sql`NOT kept.${name}`, keep }
  })
}

/** Which rules leave a row as it is, worked out once for all that they write. */
function keptSql(rules: ReturnType<typeof existingRules>): Sql {
  const keeps = rules.flatMap(({ keep }) => keep ?? [])
  return keeps.length === 0 ? sql`` : sql` CROSS JOIN LATERAL (SELECT ${join(keeps)} OFFSET 0) AS kept`
}

function sameRow(table: Table, alias: string, from: string): Sql {
  return all(
    table.key.map(
      (field, index) => sql`${ident(alias, columnOf(table, field))} = ${ident(from, `r${index}`)}`,
    ),
  )
}

function numbered(prefix: string, table: Table): readonly Sql[] {
  return table.key.map((_field, index) => ident(`${prefix}${index}`))
}

function columnOf(table: Table, field: string | undefined): string {
  return fieldNamed(table, field ?? '').column
}

function keyTexts(names: readonly Sql[]): Sql {
  return join(names.map((name) => sql`${name}::text`))
}
