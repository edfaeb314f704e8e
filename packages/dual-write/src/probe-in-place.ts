import type { Transaction } from '@changeover/database'
import {
  compileRules,
  type Direction,
  fieldNamed,
  isInPlace,
  type Mapping,
  subqueryScope,
} from '@changeover/mapping'
import { all, any, ident, join, type Sql, sql } from '@changeover/mapping/sql'
import { sidesOf } from '@changeover/sync'

/**
 * What a probe of a mapping in place can show: a row is its own twin, so that only its values tell whether a trigger ran.
 * Undefined for other mappings, whose twins come and go.
 */
export interface InPlaceProbe {
  /** TRUE while some rule's columns do not say what the other side's do. */
  readonly isApart: (given: Sql) => Promise<boolean>
  /** Empties what it can of the columns that lead. */
  readonly change: (given: Sql) => Promise<void>
  /** The columns that only the other side has, as one text: a trigger that ran has changed them. */
  readonly image: (given: Sql) => Promise<string>
}

export function probeInPlace(
  tx: Transaction,
  mapping: Mapping,
  direction: Direction,
): InPlaceProbe | undefined {
  if (!isInPlace(mapping)) return undefined
  const { authority, replica } = sidesOf(mapping, direction)
  const rules = compileRules(mapping, direction, { legacy: 'l', target: 't', scope: subqueryScope(mapping) })
  const written = rules.filter(({ writes }) => writes.length > 0)
  const own = written.flatMap(({ resolved }) =>
    direction === 'forward'
      ? resolved.shape.restores.map((name) => fieldNamed(mapping.legacy, name))
      : resolved.slots.map(({ slot }) => slot.field),
  )
  const nullable = [...new Set(own.filter(({ nullable: can }) => can).map(({ column }) => column))]
  const from = (given: Sql) => sql`FROM ${given}, ${authority.name} AS ${ident(authority.alias)}`
  return {
    isApart: async (given) => {
      const { rowCount } = await tx.query(
        sql`SELECT 1 ${from(given)}, ${replica.name} AS ${ident(replica.alias)}
          WHERE ${all([authority.matches('probe'), replica.matches('probe'), any(written.map((each) => each.differs))])}`
          .text,
      )
      return rowCount > 0
    },
    change: async (given) => {
      if (nullable.length === 0) return
      const emptied = join(nullable.map((column) => sql`${ident(column)} = NULL`))
      await tx.query(
        sql`UPDATE ${authority.name} AS ${ident(authority.alias)} SET ${emptied}
          FROM ${given} WHERE ${all([authority.matches('probe'), authority.scope])}`.text,
      )
    },
    image: async (given) => {
      const known = new Set(Object.values(authority.table.fields).map(({ column }) => column))
      const columns = Object.values(replica.table.fields).filter(({ column }) => !known.has(column))
      const values = join(columns.map(({ column }) => ident(authority.alias, column)))
      const { rows } = await tx.query<{ image: string }>(
        sql`SELECT jsonb_build_array(${values})::text AS image ${from(given)} WHERE ${authority.matches('probe')}`
          .text,
      )
      return rows[0]?.image ?? ''
    },
  }
}
