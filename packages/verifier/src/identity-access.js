import { keyPairs, tableSql } from '@changeover/mapping'
import { identityIndexName } from '@changeover/sync'
/** Whether target rows can be looked up by their identity in an index. Where they cannot, whole tables are joined instead. */
export async function isIdentityIndexed(database, mapping) {
  const [pair] = keyPairs(mapping)
  const column = pair?.slot.jsonKey === undefined ? (pair?.slot.field.column ?? null) : null
  const { rows } = await database.query(
    `SELECT EXISTS (SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
       LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
       WHERE i.indrelid = to_regclass($1) AND i.indisvalid AND (c.relname = $2 OR (a.attname = $3 AND i.indpred IS NULL))) AS indexed`,
    [tableSql(mapping.target).text, identityIndexName(mapping) ?? null, column],
  )
  return rows[0]?.indexed === true
}
//# sourceMappingURL=identity-access.js.map
