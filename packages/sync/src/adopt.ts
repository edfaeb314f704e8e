import type { Transaction } from '@changeover/database'
import { fieldNamed, identitySql, keyPairs, type Mapping, typeText } from '@changeover/mapping'
import { all, ident, join, literal, type Sql, sql, typeName } from '@changeover/mapping/sql'
import type { Key } from './key.ts'
import { parameter } from './key.ts'
import { targetSide } from './side.ts'
import { newKey } from './write.ts'

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
  const { rows } = await tx.query(adoptSql(mapping).text, [targetKeys])
  return rows.map((row) => mapping.legacy.key.map((_name, index) => String(row[`k${index}`])))
}

function adoptSql(mapping: Mapping): Sql {
  const side = targetSide(mapping)
  const pairs = keyPairs(mapping)
  const key = fieldNamed(mapping.target, mapping.target.key[0] ?? '')
  const given = sql`${ident('t', key.column)} = ANY(${parameter(1)}::${typeName(typeText(key.type))}[])`
  const texts = join(side.legacyKey.map((each, index) => sql`(${each})::text AS ${ident(`k${index}`)}`))
  if (mapping.identity.kind === 'sameKey')
    return sql`SELECT ${texts} FROM ${side.name} AS t WHERE ${all([given, side.scope])} FOR NO KEY UPDATE`
  const sets = pairs.map(({ field, slot }) => {
    const column = ident(slot.field.column)
    const stored = identitySql(slot, 't')
    const made = newKey(mapping, mapping.legacy, field.name)
    if (slot.jsonKey === undefined) return sql`${column} = COALESCE(${stored}, ${made})`
    const kept = sql`COALESCE(${stored}, (${made})::text)`
    return sql`${column} = COALESCE(${ident('t', slot.field.column)}, '{}') || jsonb_build_object(${literal(slot.jsonKey)}, ${kept})`
  })
  return sql`UPDATE ${side.name} AS t SET ${join(sets)} WHERE ${all([given, side.scope])} RETURNING ${texts}`
}
