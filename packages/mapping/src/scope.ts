import { errors } from './errors.ts'
import { identityForm, identitySql, keyOfIdentity, keyPairs } from './identity.ts'
import type { Mapping } from './mapping.ts'
import type { SqlScope } from './rule.ts'
import { all, ident, join, literal, type Sql, sql } from './sql.ts'
import { fieldNamed, type Table } from './table.ts'

/** A table's name as SQL, with its schema where the description names one. */
export function tableSql(table: Table): Sql {
  return table.schema === undefined ? ident(table.name) : ident(table.schema, table.name)
}

/** The rows that a table description speaks of (`where`), as a condition on an alias. */
export function scopeSql(table: Table, alias: string): Sql {
  return all(
    Object.entries(table.where).map(([name, values]) => {
      const column = ident(alias, fieldNamed(table, name).column)
      return sql`${column} IN (${join(values.map((value) => literal(value)))})`
    }),
  )
}

/**
 * Answers references by a subquery on the target table, which uses the unique index of the identity.
 * Cost: one index probe for each row whose reference is not null.
 */
export function subqueryScope(mapping: Pick<Mapping, 'refersTo'>): SqlScope {
  return {
    twin: (name, legacyKey) => {
      const { other, pair, key } = referred(mapping, name)
      const match = sql`${identitySql(pair.slot, 'twin')} = ${identityForm(pair.slot, legacyKey)}`
      return sql`(SELECT ${key} FROM ${tableSql(other.target)} AS "twin" WHERE ${scopeSql(other.target, 'twin')} AND ${match} LIMIT 1)`
    },
    original: (name, targetKey) => {
      const { other, pair, key } = referred(mapping, name)
      const legacyKey = keyOfIdentity(pair, 'twin')
      return sql`(SELECT ${legacyKey} FROM ${tableSql(other.target)} AS "twin" WHERE ${scopeSql(other.target, 'twin')} AND ${key} = ${targetKey})`
    },
  }
}

/** The mapping that a rule refers to; `self` is the mapping itself. Errors: MAPPING.MAPPING_UNKNOWN. */
export function mappingNamed(mapping: Pick<Mapping, 'refersTo'>, name: string): Mapping {
  const found = mapping.refersTo.get(name)
  if (!found) throw errors.MAPPING_UNKNOWN({ name, known: [...mapping.refersTo.keys()].join(', ') })
  return found
}

function referred(mapping: Pick<Mapping, 'refersTo'>, name: string) {
  const other = mappingNamed(mapping, name)
  const [pair] = keyPairs(other)
  const [key] = other.target.key
  if (!pair || key === undefined)
    throw errors.MAPPING_UNKNOWN({ name, known: [...mapping.refersTo.keys()].join(', ') })
  return { other, pair, key: ident('twin', fieldNamed(other.target, key).column) }
}
