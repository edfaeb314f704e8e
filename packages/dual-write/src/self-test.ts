import type { Database, Transaction } from '@changeover/database'
import { type Failure, isFailure } from '@changeover/errors'
import { type Direction, fieldNamed, type Mapping, typeText } from '@changeover/mapping'
import { ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { asEngine, keyNames, sidesOf } from '@changeover/sync'
import type { DualWrite } from './dual-write.ts'
import { errors } from './errors.ts'
import { probeInPlace } from './probe-in-place.ts'
import { probeRowSql } from './probe-row.ts'
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
  // It takes twins away to see whether they come back.
  await asEngine(tx, migration)
}

async function probeEvents(
  tx: Transaction,
  mapping: Mapping,
  direction: Direction,
): Promise<Failure | undefined> {
  const { authority, replica } = sidesOf(mapping, direction)
  const { rows } = await tx.query<Record<string, string>>(probeRowSql(mapping, direction).text)
  const [own] = rows
  if (!own)
    return errors.SELF_TEST_SKIPPED({ mapping: mapping.name, direction, why: 'there is no row to copy' })
  const keys = keyNames(mapping).map((name) => String(own[name]))
  const given = keyed(mapping, keys)
  const row = sql`FROM ${given} WHERE ${authority.matches('probe')} AND ${authority.scope}`
  const failed = (event: string) => errors.SELF_TEST_FAILED({ mapping: mapping.name, direction, event })
  const inPlace = probeInPlace(tx, mapping, direction)
  if (inPlace) {
    if (await inPlace.isApart(given)) return failed('an insert')
    const before = await inPlace.image(given)
    await inPlace.change(given)
    if (await inPlace.isApart(given)) return failed('an update')
    const why = 'the row that was copied has no value that a change of the other columns would show'
    return before === (await inPlace.image(given))
      ? errors.SELF_TEST_SKIPPED({ mapping: mapping.name, direction, why })
      : undefined
  }
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
