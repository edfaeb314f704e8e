import { hashOf, identitySql, keyPairs, type Mapping, tableSql } from '@changeover/mapping'
import { ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { fieldNamed } from '@changeover/mapping'

/** The name of the unique index that makes a second target row for one legacy key impossible; undefined for `sameKey`. */
export function identityIndexName(mapping: Mapping): string | undefined {
  if (mapping.identity.kind === 'sameKey') return undefined
  const name = `changeover_${mapping.target.name}_${mapping.name.toLowerCase()}`
  // PostgreSQL cuts names after 63 bytes, and two mappings must not share one index.
  return Buffer.byteLength(name) <= 63 ? name : `changeover_${hashOf([mapping.target.name, mapping.name])}`
}

/** CREATE UNIQUE INDEX for the identity, over the mapping's own rows of the target; undefined where the key is the identity. */
export function identityIndexSql(mapping: Mapping): Sql | undefined {
  const name = identityIndexName(mapping)
  if (name === undefined) return undefined
  const columns = keyPairs(mapping).map(({ slot }) => sql`(${unqualified(identitySql(slot, 't'))})`)
  const where = Object.entries(mapping.target.where).map(
    ([field, values]) =>
      sql`${ident(fieldNamed(mapping.target, field).column)} IN (${join(values.map((value) => literal(value)))})`,
  )
  const scope = where.length === 0 ? sql`` : sql` WHERE ${join(where, ' AND ')}`
  return sql`CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS ${ident(name)} ON ${tableSql(mapping.target)} (${join(columns)})${scope}`
}

/** Index expressions name columns without an alias. */
function unqualified(expression: Sql): Sql {
  return { text: expression.text.replaceAll('"t".', '') }
}
