import {
  fieldNamed,
  identityForm,
  identitySql,
  keyOfIdentity,
  keyPairs,
  scopeSql,
  tableSql,
} from '@changeover/mapping'
import { all, ident, join, sql } from '@changeover/mapping/sql'
import { parameter } from '@changeover/sync'
import { keyColumns, selectionSql } from './selection.js'
/**
 * Looks for a legacy row behind each target row of a selection, in one statement. A target row whose identity is NULL or no
 * legacy key has none. Target rows are read in the order of their own key, which never changes, so that none is passed over.
 *
 * Parameters: those of the selection, then the number of rows to describe. Shape: one row, `result`, JSON text of `rows`,
 * `orphaned` and `findings`.
 */
export function orphanSql(mapping, shape) {
  const { conditions, next } = selectionSql(mapping.target, 't', shape)
  const keys = keyColumns(mapping.target, 't')
  const names = keys.map((_key, index) => ident(`t${index}`))
  const identities = keyPairs(mapping).map(({ slot }) => sql`(${identitySql(slot, 't')})::text`)
  const readable = keyPairs(mapping).map((pair) => sql`(${keyOfIdentity(pair, 't')}) IS NOT NULL`)
  const missing = sql`${ident('l', fieldNamed(mapping.legacy, mapping.legacy.key[0] ?? '').column)} IS NULL`
  const columns = join([
    ...keys.map((key, index) => sql`${key}::text AS ${names[index] ?? sql``}`),
    sql`CASE WHEN ${missing} THEN ARRAY[${join(identities)}] END AS identity`,
    sql`CASE WHEN ${missing} THEN ${all(readable)} END AS readable`,
    sql`${missing} AS stray`,
  ])
  return sql`WITH rows AS MATERIALIZED (
  SELECT ${columns} FROM ${tableSql(mapping.target)} AS t LEFT JOIN ${tableSql(mapping.legacy)} AS l ON ${all([...behind(mapping), scopeSql(mapping.legacy, 'l')])}
  WHERE ${all([scopeSql(mapping.target, 't'), ...conditions])})
SELECT json_build_object('rows', count(*), 'orphaned', count(*) FILTER (WHERE stray), 'findings', (SELECT json_agg(finding) FROM (
  SELECT json_build_object('targetKey', ARRAY[${join(names)}], 'identity', identity, 'readable', readable) AS finding FROM rows WHERE stray
  ORDER BY ${join(names)} LIMIT ${parameter(next)}::int) AS described))::text AS result FROM rows`
}
/** The same equality as in the comparison, asked from the other side: by the typed key first, which legacy's index knows. */
function behind(mapping) {
  return keyPairs(mapping).flatMap((pair) => {
    const column = ident('l', pair.field.column)
    return [
      sql`${column} = ${keyOfIdentity(pair, 't')}`,
      ...(pair.slot.jsonKey === undefined
        ? []
        : [sql`${identityForm(pair.slot, column)} = ${identitySql(pair.slot, 't')}`]),
    ]
  })
}
//# sourceMappingURL=orphan-statement.js.map
