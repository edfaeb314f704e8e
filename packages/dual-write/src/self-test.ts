import type { Database, Transaction } from '@changeover/database'
import { type Failure, isFailure } from '@changeover/errors'
import { type Direction, fieldNamed, keyPairs, type Mapping, tableSql, typeText } from '@changeover/mapping'
import { all, any, ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { keyNames, newKey, sidesOf } from '@changeover/sync'
import type { DualWrite } from './dual-write.ts'
import { errors } from './errors.ts'
import { qualify } from './qualified.ts'
import { refusalIn } from './refusal.ts'

/**
 * Writes a probe row on each side, for each mapping, and looks whether it arrives on the other one after the insert, an
 * update and the delete; then rolls everything back. Empty when all arrive.
 *
 * The probe is a copy of an existing row with a new key: sequences move on by one, and a table whose rows cannot be copied
 * is reported as skipped. Cost: some 20 statements for each mapping; a flip of the phase waits meanwhile.
 * Errors: DUAL_WRITE.PHASE_MISSING.
 */
export async function selfTest(database: Database, dualWrite: DualWrite): Promise<readonly Failure[]> {
  const found: Failure[] = []
  for (const mapping of await qualify(database, dualWrite.mappings))
    for (const direction of ['forward', 'backward'] as const)
      found.push(...(await probe(database, dualWrite.migration, mapping, direction)))
  return found
}

class RolledBack extends Error {}

async function probe(
  database: Database,
  migration: string,
  mapping: Mapping,
  direction: Direction,
): Promise<readonly Failure[]> {
  const found: Failure[] = []
  const work = database.transaction(async (tx) => {
    await lead(tx, migration, direction)
    const failed = await probeEvents(tx, mapping, direction)
    if (failed !== undefined) found.push(failed)
    throw new RolledBack('the probe is over')
  })
  await work.catch((error: unknown) => {
    if (error instanceof RolledBack) return
    if (isFailure(error) && error.code === errors.PHASE_MISSING.code) throw error
    // A refusal of ours shows that the trigger runs.
    if (refusalIn(error) === undefined)
      found.push(
        errors.SELF_TEST_SKIPPED(
          { mapping: mapping.name, direction, why: messageOf(error) },
          { cause: error },
        ),
      )
  })
  return found
}

async function lead(tx: Transaction, migration: string, direction: Direction): Promise<void> {
  const { rowCount } = await tx.query(
    'UPDATE changeover.phase SET phase = $2, epoch = epoch + 1 WHERE migration = $1',
    [migration, direction === 'forward' ? 'legacy-leads' : 'target-leads'],
  )
  if (rowCount === 0) throw errors.PHASE_MISSING({ migration })
}

async function probeEvents(
  tx: Transaction,
  mapping: Mapping,
  direction: Direction,
): Promise<Failure | undefined> {
  const { authority, replica } = sidesOf(mapping, direction)
  const { rows } = await tx.query<Record<string, string>>(copySql(mapping, direction).text)
  const [own] = rows
  if (!own)
    return errors.SELF_TEST_SKIPPED({ mapping: mapping.name, direction, why: 'there is no row to copy' })
  const keys = keyNames(mapping).map((name) => String(own[name]))
  const given = keyed(mapping, keys)
  const row = sql`FROM ${given} WHERE ${authority.matches('probe')} AND ${authority.scope}`
  const failed = (event: string) => errors.SELF_TEST_FAILED({ mapping: mapping.name, direction, event })
  const hasTwin = async () => {
    const seen = await tx.query(
      sql`SELECT 1 FROM ${given}, ${replica.name} AS ${ident(replica.alias)} WHERE ${replica.matches('probe')} AND ${replica.scope}`
        .text,
    )
    return seen.rowCount > 0
  }
  if (!(await hasTwin())) return failed('an insert')
  await tx.query(
    sql`DELETE FROM ${replica.name} AS ${ident(replica.alias)} USING ${given} WHERE ${replica.matches('probe')} AND ${replica.scope}`
      .text,
  )
  const column = ident(fieldNamed(authority.table, authority.table.key[0] ?? '').column)
  await tx.query(
    sql`UPDATE ${authority.name} AS ${ident(authority.alias)} SET ${column} = ${ident(authority.alias)}.${column} ${row}`
      .text,
  )
  if (!(await hasTwin())) return failed('an update')
  await tx.query(
    sql`DELETE FROM ${authority.name} AS ${ident(authority.alias)} USING ${given} WHERE ${authority.matches('probe')} AND ${authority.scope}`
      .text,
  )
  return (await hasTwin()) ? failed('a delete') : undefined
}

function keyed(mapping: Mapping, keys: readonly string[]): Sql {
  const values = keys.map((key, index) => {
    const { type } = fieldNamed(mapping.legacy, mapping.legacy.key[index] ?? '')
    return sql`${literal(key)}::${{ text: typeText(type) }}`
  })
  return sql`(VALUES (${join(values)})) AS probe(${join(keyNames(mapping).map((name) => ident(name)))})`
}

/** A copy of some row with a new key, on the target without the identity; returns its legacy key. */
function copySql(mapping: Mapping, direction: Direction): Sql {
  const { authority } = sidesOf(mapping, direction)
  const { table, alias } = authority
  const made =
    direction === 'forward' || mapping.identity.kind === 'sameKey'
      ? table.key
      : table.key.filter((field) => !mapping.identity.slots.includes(field))
  const columns = Object.values(table.fields)
    .filter(({ generated, name }) => !generated && !uniqueBesidesKey(mapping, direction).includes(name))
    .map((field) => {
      const column = ident(field.column)
      if (made.includes(field.name)) return { column, value: newKey(mapping, table, field.name) }
      return { column, value: withoutIdentity(mapping, direction, field.column, alias) }
    })
  const names = keyNames(mapping)
  const returned = authority.legacyKey.map(
    (key, index) => sql`(${key})::text AS ${ident(names[index] ?? '')}`,
  )
  const adopted = any(authority.legacyKey.map((key) => sql`${key} IS NOT NULL`))
  return sql`INSERT INTO ${authority.name} AS ${ident(alias)} (${join(columns.map(({ column }) => column))})
    SELECT ${join(columns.map(({ value }) => value))} FROM ${tableSql(table)} AS ${ident(alias)} WHERE ${all([authority.scope, adopted])} LIMIT 1
    RETURNING ${join(returned)}`
}

/** Optional fields that no two rows share are left to their defaults. */
function uniqueBesidesKey(mapping: Mapping, direction: Direction): readonly string[] {
  const { table } = sidesOf(mapping, direction).authority
  return table.unique.flat().filter((name) => fieldNamed(table, name).optional && !table.key.includes(name))
}

function withoutIdentity(mapping: Mapping, direction: Direction, column: string, alias: string): Sql {
  if (direction === 'forward' || mapping.identity.kind === 'sameKey') return ident(alias, column)
  const own = keyPairs(mapping).filter(({ slot }) => slot.field.column === column)
  if (own.length === 0) return ident(alias, column)
  const keys = own.flatMap(({ slot }) => (slot.jsonKey === undefined ? [] : [literal(slot.jsonKey)]))
  return keys.length === 0 ? sql`NULL` : sql`${ident(alias, column)} - ARRAY[${join(keys)}]`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
