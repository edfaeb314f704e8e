import { type Direction, type Mapping, subqueryScope, type SqlScope } from '@changeover/mapping'
import { ident, type Sql, sql } from '@changeover/mapping/sql'

/**
 * Answers references inside the write statement. A reference to a row of the same mapping may point to one that the same
 * statement inserts: it is looked up among the statement's own rows first, by a join that has at most one match.
 */
export function joinedScope(
  mapping: Mapping,
  direction: Direction,
): { readonly scope: SqlScope; readonly joins: Sql[] } {
  const base = subqueryScope(mapping)
  const joins: Sql[] = []
  if (direction === 'backward') return { scope: base, joins }
  const scope: SqlScope = {
    ...base,
    twin: (name, key) => {
      if (mapping.refersTo.get(name) !== mapping) return base.twin(name, key)
      const alias = ident(`self_${joins.length}`)
      joins.push(
        sql`LEFT JOIN batch AS ${alias} ON ${alias}.k0 = ${key} AND (${alias}.refused IS NULL OR NOT ${alias}.fresh)`,
      )
      return sql`COALESCE(${alias}.r0, ${base.twin(name, key)})`
    },
  }
  return { scope, joins }
}
