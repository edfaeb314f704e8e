import { compared, compileRules, thereAndBackSql } from './compile.ts'
import type { Mapping } from './mapping.ts'
import { keyText } from './key-text.ts'
import { at, type Holding } from './rule.ts'
import { scopeSql, tableSql } from './scope.ts'
import { slotOf, storedSql } from './slot.ts'
import { any, differs, ident, join, literal, type Sql, sql } from './sql.ts'
import { twinsAssumed } from './twins-assumed.ts'

/** What a mapping keeps of each legacy field, and of each value the target may hold. */
export interface LossLine {
  readonly rule: string
  readonly legacy: readonly string[]
  readonly target: readonly string[]
  readonly forward: Holding
  readonly backward: Holding
}

/** The loss analysis that needs no rows: one line for each rule. */
export function lossOf(mapping: Mapping): readonly LossLine[] {
  return mapping.rules.map(({ label, shape, slots, loss }) => ({
    rule: label,
    legacy: [...shape.restores, ...(shape.drops ?? [])],
    target: slots.map(({ slot }) => slot.ref),
    ...loss,
  }))
}

/**
 * Counts the real rows that break each rule, in one scan of the legacy table.
 * Shape: one row: `total`, and for the rule at index i `refused_i` (rows it cannot map), `changed_i` (rows that come back
 * different) and `key_i` (the smallest such key as text, or null); counts as text.
 * References are taken as if every row referred to had its twin, so the analysis is the same before and after a backfill.
 */
export function lossSql(mapping: Mapping): Sql {
  const frame = { legacy: 'l', target: 't', scope: twinsAssumed(mapping) }
  const columns = compileRules(mapping, 'forward', frame).flatMap((compiled, index) => {
    const refused = any(compiled.refusals.map(({ when }) => when))
    const back = thereAndBackSql(mapping, compiled.resolved, frame)
    const changed = any(
      compiled.resolved.shape.restores.map((name) => {
        const slot = slotOf(mapping.legacy, name)
        return compared(differs, slot, storedSql(slot, 'l'), at(back, name))
      }),
    )
    const breaks = sql`(${refused}) OR (${changed})`
    return [
      sql`(count(*) FILTER (WHERE ${refused}))::text AS ${ident(`refused_${index}`)}`,
      sql`(count(*) FILTER (WHERE NOT (${refused}) AND (${changed})))::text AS ${ident(`changed_${index}`)}`,
      sql`(min(${keyText(mapping)} COLLATE "C") FILTER (WHERE ${breaks})) AS ${ident(`key_${index}`)}`,
    ]
  })
  return sql`SELECT ${join([sql`count(*)::text AS total`, ...columns])} FROM ${tableSql(mapping.legacy)} AS l WHERE ${scopeSql(mapping.legacy, 'l')}`
}

/**
 * Finds legacy rows that would collide in a unique set of target columns, which the backfill could not write.
 * Shape: rows of `fields` (text), `keys` (text[] of up to five legacy keys), `count` (text). Cost: one grouping per set.
 */
export function collisionsSql(mapping: Mapping): Sql | undefined {
  const written = new Map(
    compileRules(mapping, 'forward', { legacy: 'l', target: 't', scope: twinsAssumed(mapping) }).flatMap(
      ({ writes }) => writes.map(({ slot, value }) => [slot.ref, value] as const),
    ),
  )
  const probes = mapping.target.unique
    .filter((fields) => fields.every((field) => written.has(field)))
    .map((fields) => {
      const values = fields.map((field) => written.get(field) ?? sql`NULL`)
      const present = values.map((value) => sql`(${value}) IS NOT NULL`)
      return sql`SELECT ${literal(fields.join(', '))} AS fields, (array_agg(${keyText(mapping)} ORDER BY ${keyText(mapping)}))[1:5] AS keys,
        count(*)::text AS count FROM ${tableSql(mapping.legacy)} AS l WHERE ${scopeSql(mapping.legacy, 'l')} AND ${join(present, ' AND ')}
        GROUP BY ${join(values)} HAVING count(*) > 1`
    })
  return probes.length === 0 ? undefined : join(probes, ' UNION ALL ')
}
