import type { Transaction } from '@changeover/database'
import { fieldNamed, identitySql, keyPairs, type Mapping, scopeSql, typeText } from '@changeover/mapping'
import { all, any, ident, type Sql, same, sql, typeName } from '@changeover/mapping/sql'
import { parameter } from './key.ts'
import { legacySide, targetSide } from './side.ts'

/**
 * Deletes target rows that the mapping did not make, while legacy leads: those without a legacy row behind their identity,
 * and those whose identity another row keeps that is not in the list. Any other row is left alone, whatever the caller believed.
 *
 * Shape: `targetKeys` are texts of a single key column. Cost: two statements; locks the rows. Returns how many went.
 */
export async function discard(
  tx: Transaction,
  mapping: Mapping,
  targetKeys: readonly string[],
): Promise<number> {
  await tx.query(
    sql`SELECT 1 FROM ${targetSide(mapping).name} AS t WHERE ${given(mapping, 't')} ORDER BY ${keyColumn(mapping, 't')} FOR UPDATE`
      .text,
    [targetKeys],
  )
  const { rowCount } = await tx.query(discardSql(mapping).text, [targetKeys])
  return rowCount
}

function discardSql(mapping: Mapping): Sql {
  const target = targetSide(mapping)
  const legacy = legacySide(mapping)
  const pairs = keyPairs(mapping)
  const behind = pairs.map(({ slot, field }) => {
    const column = ident('l', fieldNamed(mapping.legacy, field.name).column)
    return sql`${identitySql(slot, 't')} = ${slot.jsonKey === undefined ? column : sql`${column}::text`}`
  })
  const kept = pairs.map(({ slot }) => same(identitySql(slot, 't'), identitySql(slot, 'other')))
  const noSource = sql`NOT EXISTS (SELECT 1 FROM ${legacy.name} AS l WHERE ${all([legacy.scope, ...behind])})`
  const double = sql`EXISTS (SELECT 1 FROM ${target.name} AS other
    WHERE ${all([sql`NOT (${given(mapping, 'other')})`, scopeSql(mapping.target, 'other'), ...kept])})`
  return sql`DELETE FROM ${target.name} AS t WHERE ${all([given(mapping, 't'), target.scope, any([noSource, double])])}`
}

function given(mapping: Mapping, alias: string): Sql {
  const { type } = fieldNamed(mapping.target, mapping.target.key[0] ?? '')
  return sql`${keyColumn(mapping, alias)} = ANY(${parameter(1)}::${typeName(typeText(type))}[])`
}

function keyColumn(mapping: Mapping, alias: string): Sql {
  return ident(alias, fieldNamed(mapping.target, mapping.target.key[0] ?? '').column)
}
