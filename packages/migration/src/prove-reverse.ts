import type { Database, Transaction } from '@changeover/database'
import { isFailure } from '@changeover/errors'
import { fieldNamed, isInPlace, lossOf, type Mapping } from '@changeover/mapping'
import { all, ident, join, literal, sql } from '@changeover/mapping/sql'
import {
  asEngine,
  createSync,
  type Key,
  keyNames,
  keyParameters,
  keysSql,
  legacySide,
  lockKeysSql,
  type Sync,
} from '@changeover/sync'
import type { Migration } from './define-migration.ts'
import { writtenBy } from './give-back.ts'
import { rolledBack } from './rolled-back.ts'

/** Real rows that were deleted from legacy and written anew from the target, and those that came back otherwise. */
export interface ReverseProof {
  readonly rows: number
  /** Whether legacy has no more rows than were looked for: then there is nothing else to prove. */
  readonly isEverything: boolean
  readonly failures: readonly { readonly mapping: string; readonly key: Key; readonly why: string }[]
}

/**
 * Proves on real rows that the way back works: in transactions that are rolled back, as if the target led, each row of a sample
 * is deleted from legacy, written anew from the target, and compared with what it was. A row that other tables hold on to is
 * compared without being deleted.
 *
 * Cost: some ten statements for each row; a flip waits meanwhile, writers do not.
 */
export async function proveReverse(
  database: Database,
  migration: Migration,
  sampleRows = 10,
): Promise<ReverseProof> {
  const sync = createSync(migration.mappings)
  const samples: (readonly Tried[])[] = []
  for (const mapping of migration.ordered)
    samples.push(
      await rolledBack(database, async (tx) => {
        await lead(tx, migration.name)
        return proveSample(tx, sync, mapping, sampleRows)
      }),
    )
  const tried = samples.flat()
  const failures = tried.flatMap(({ why, ...row }) => (why === undefined ? [] : [{ ...row, why }]))
  const isEverything = samples.every((sample) => sample.length < sampleRows)
  return { rows: tried.length, isEverything, failures }
}

interface Tried {
  readonly mapping: string
  readonly key: Key
  readonly why: string | undefined
}

async function proveSample(
  tx: Transaction,
  sync: Sync,
  mapping: Mapping,
  sampleRows: number,
): Promise<readonly Tried[]> {
  const tried: Tried[] = []
  for (const key of await sampleOf(tx, mapping, sampleRows))
    tried.push({ mapping: mapping.name, key, why: await proveRow(tx, sync, mapping, key) })
  return tried
}

async function lead(tx: Transaction, migration: string): Promise<void> {
  await asEngine(tx, migration)
  await tx.query(
    `update changeover.phase set phase = 'target-leads', target_has_led = true, epoch = epoch + 1 where migration = $1`,
    [migration],
  )
}

/** Rows of the target that know a legacy row, taken at random. */
async function sampleOf(tx: Transaction, mapping: Mapping, limit: number): Promise<readonly Key[]> {
  const { name, alias, legacyKey, scope } = legacySide(mapping)
  const names = keyNames(mapping)
  const columns = legacyKey.map((each, index) => sql`(${each})::text AS ${ident(names[index] ?? '')}`)
  const { rows } = await tx.query<Record<string, string>>(
    sql`SELECT ${join(columns)} FROM ${name} AS ${ident(alias)} WHERE ${all([scope])} ORDER BY random() LIMIT ${literal(limit)}`
      .text,
  )
  return rows.map((row) => names.map((each) => String(row[each])))
}

async function proveRow(
  tx: Transaction,
  sync: Sync,
  mapping: Mapping,
  key: Key,
): Promise<string | undefined> {
  await tx.query('SAVEPOINT changeover_proof')
  try {
    // Whoever is just changing the row comes first: it would come back as somebody else has made it meanwhile.
    if (!(await locked(tx, mapping, key))) return undefined
    const before = await imageOf(tx, mapping, key)
    await deleted(tx, mapping, key)
    const back = await sync.keys(tx, mapping, 'backward', [key], { heldValues: 'keep' })
    const [refusal] = back.refused
    if (refusal) return `${refusal.field} ${refusal.why} (${refusal.rule})`
    const after = await imageOf(tx, mapping, key)
    if (before !== after) return `it came back as ${after} instead of ${before}`
    const again = await sync.keys(tx, mapping, 'forward', [key], { heldValues: 'overwrite' })
    return writtenBy(again) === 0 ? undefined : 'its link rows came back otherwise'
  } catch (error) {
    if (!isFailure(error) || error.retriable) throw error
    return error.message
  } finally {
    await tx.query('ROLLBACK TO SAVEPOINT changeover_proof')
  }
}

/** Whether the row is still there. */
async function locked(tx: Transaction, mapping: Mapping, key: Key): Promise<boolean> {
  const { rows } = await tx.query(lockKeysSql(mapping, 'forward').text, keyParameters(mapping, [key]))
  return rows.length > 0
}

/** Whoever holds on to the row keeps it from being deleted; in place it would be gone on both sides. */
async function deleted(tx: Transaction, mapping: Mapping, key: Key): Promise<void> {
  if (isInPlace(mapping)) return
  const { name, alias, matches } = legacySide(mapping)
  await tx.query('SAVEPOINT changeover_delete')
  try {
    await tx.query(
      sql`DELETE FROM ${name} AS ${ident(alias)} USING ${keysSql(mapping, 'k', 1)} WHERE ${matches('k')}`
        .text,
      keyParameters(mapping, [key]),
    )
    await tx.query('SET CONSTRAINTS ALL IMMEDIATE')
  } catch (error) {
    if (!isFailure(error) || error.retriable) throw error
    await tx.query('ROLLBACK TO SAVEPOINT changeover_delete')
  }
}

/** The fields that a rule takes to the target: what a rule drops by name is nobody's to give back. */
async function imageOf(tx: Transaction, mapping: Mapping, key: Key): Promise<string> {
  const { name, alias, matches } = legacySide(mapping)
  const fields = lossOf(mapping).flatMap(({ legacy, target }) => (target.length === 0 ? [] : legacy))
  const known = [...new Set(fields)].filter((field) => field in mapping.legacy.fields)
  const columns = known.map((field) => ident(alias, fieldNamed(mapping.legacy, field).column))
  const { rows } = await tx.query<{ image: string }>(
    sql`SELECT jsonb_build_array(${join(columns)})::text AS image FROM ${name} AS ${ident(alias)}, ${keysSql(mapping, 'k', 1)} WHERE ${matches('k')}`
      .text,
    keyParameters(mapping, [key]),
  )
  return rows[0]?.image ?? 'nothing'
}
