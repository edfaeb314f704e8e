import { identitySql, keyOfIdentity, keyPairs, type Mapping, scopeSql, tableSql } from '@changeover/mapping'
import { all, ident, join, type Sql, sql } from '@changeover/mapping/sql'
import { parameter } from '@changeover/sync'
import type { Access } from './access.ts'
import { keyColumns, selectionSql, type SelectionShape } from './selection.ts'

/**
 * Looks for a legacy row behind each target row of a selection, in one statement. A target row whose identity is NULL or no
 * legacy key has none. Target rows are read in the order of their own key, which never changes, so that none is passed over.
 *
 * Parameters: those of the selection, then the number of rows to describe. Shape: one row, `result`, JSON text of `rows`,
 * `orphaned` and `findings`.
 */
export function orphanSql(mapping: Mapping, shape: SelectionShape, access: Access): Sql {
  const { conditions, next } = selectionSql(mapping.target, 't', shape)
  const keys = keyColumns(mapping.target, 't')
  const names = keys.map((_key, index) => ident(`t${index}`))
  const pairs = keyPairs(mapping)
  const identities = join(pairs.map(({ slot }) => sql`(${identitySql(slot, 't')})::text`))
  const readable = all(pairs.map((pair) => sql`(${keyOfIdentity(pair, 't')}) IS NOT NULL`))
  const stray = sql`l.found IS NULL`
  const columns = join([
    ...keys.map((key, index) => sql`${key} AS ${names[index] ?? sql``}`),
    sql`CASE WHEN ${stray} THEN ARRAY[${identities}] END AS identity`,
    sql`CASE WHEN ${stray} THEN ${readable} END AS readable`,
    sql`${stray} AS stray`,
  ])
  const texts = join(names.map((name) => sql`${name}::text`))
  return sql`WITH rows AS MATERIALIZED (
  SELECT ${columns} FROM ${tableSql(mapping.target)} AS t ${behindSql(mapping, access)}
  WHERE ${all([scopeSql(mapping.target, 't'), ...conditions])})
SELECT json_build_object('rows', count(*), 'orphaned', count(*) FILTER (WHERE stray), 'findings', (SELECT json_agg(finding) FROM (
  SELECT json_build_object('targetKey', ARRAY[${texts}], 'identity', identity, 'readable', readable) AS finding FROM rows WHERE stray
  ORDER BY ${join(names)} LIMIT ${parameter(next)}::int) AS described))::text AS result FROM rows`
}

/** The legacy row behind the target row `t`: the same equality as in the comparison, asked by the key's own type and index. */
function behindSql(mapping: Mapping, { legacyKey }: Access): Sql {
  const same = keyPairs(mapping).map(
    (pair) => sql`${ident('l', pair.field.column)} = ${keyOfIdentity(pair, 't')}`,
  )
  const legacy = sql`${tableSql(mapping.legacy)} AS l`
  if (legacyKey)
    return sql`LEFT JOIN LATERAL (SELECT TRUE AS found FROM ${legacy} WHERE ${all([...same, scopeSql(mapping.legacy, 'l')])} OFFSET 0) AS l ON TRUE`
  const key = keyPairs(mapping).map((pair) => sql`${ident('l', pair.field.column)}`)
  const rows = sql`SELECT ${join(key)}, TRUE AS found FROM ${legacy} WHERE ${scopeSql(mapping.legacy, 'l')}`
  return sql`LEFT JOIN (${rows}) AS l ON ${all(same)}`
}
