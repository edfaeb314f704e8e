import type { Transaction } from '@changeover/database'
import { fieldNamed, identityForm, identitySql, keyPairs, type Mapping, typeText } from '@changeover/mapping'
import { all, ident, join, type Sql, sql, typeName } from '@changeover/mapping/sql'
import type { Key } from './key.ts'
import { parameter } from './key.ts'
import { targetSide } from './side.ts'
import { newKey } from './write.ts'
import { columnValues, type Written } from './assemble.ts'

/**
 * Gives target rows that were created on the target side their legacy key, once, from the legacy table's own sequence (or a
 * new uuid), and returns the legacy keys of all rows given. Rows that have one keep it.
 *
 * Shape: `targetKeys` are texts of a single key column. Cost: one statement; locks the rows.
 * Errors: SYNC.KEY_NOT_GENERATED.
 */
export async function adopt(
  tx: Transaction,
  mapping: Mapping,
  targetKeys: readonly string[],
): Promise<readonly Key[]> {
  const { rows } = await tx.query(adoptSql(mapping, parameter(1)).text, [targetKeys])
  return rows.map((row) => mapping.legacy.key.map((_name, index) => String(row[`k${index}`])))
}

/** The statement, for an array of texts. Shape: the legacy keys as texts `k0, …`. */
export function adoptSql(mapping: Mapping, targetKeys: Sql): Sql {
  const side = targetSide(mapping)
  const pairs = keyPairs(mapping)
  const key = fieldNamed(mapping.target, mapping.target.key[0] ?? '')
  const given = sql`${ident('t', key.column)} = ANY((${targetKeys})::${typeName(typeText(key.type))}[])`
  const texts = join(side.legacyKey.map((each, index) => sql`(${each})::text AS ${ident(`k${index}`)}`))
  if (mapping.identity.kind === 'sameKey')
    return sql`SELECT ${texts} FROM ${side.name} AS t WHERE ${all([given, side.scope])} FOR NO KEY UPDATE`
  const written = pairs.map(({ field, slot }): Written => {
    const made = newKey(mapping, mapping.legacy, field.name)
    const kept = sql`COALESCE(${identitySql(slot, 't')}, ${identityForm(slot, made)})`
    return { slot, value: kept, nested: false }
  })
  const sets = columnValues(written, 't').map(({ column, value }) => sql`${column} = ${value}`)
  return sql`UPDATE ${side.name} AS t SET ${join(sets)} WHERE ${all([given, side.scope])} RETURNING ${texts}`
}

/** Whether a new key of the legacy table can be made: a uuid, or the next of a sequence. */
export function canAdopt({ legacy, identity }: Mapping): boolean {
  const made = ['uuid', 'bigint', 'integer', 'smallint']
  return (
    identity.kind === 'storedIn' &&
    legacy.key.every((field) => made.includes(fieldNamed(legacy, field).type.base))
  )
}
