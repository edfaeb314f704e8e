import { fieldNamed, tableSql } from '@changeover/mapping'
import { ident, join, sql } from '@changeover/mapping/sql'
import { parameter } from '@changeover/sync'
import { selectionParameters, selectionSql } from './selection.js'
/** Writes a row from its image, every column that can be written, whether or not the mapping knows it. */
export async function insertRow(tx, table, image) {
  const columns = join(await writable(tx, table, 'insert'))
  await tx.query(
    sql`INSERT INTO ${tableSql(table)} (${columns}) OVERRIDING SYSTEM VALUE
      SELECT ${columns} FROM json_populate_record(NULL::${tableSql(table)}, $1::json)`.text,
    [image],
  )
}
export async function updateRow(tx, table, rowKey, image) {
  const columns = await writable(tx, table, 'update')
  const { conditions, next } = one(table)
  const sets = join(columns.map((column) => sql`${column} = "image".${column}`))
  await tx.query(
    sql`UPDATE ${tableSql(table)} AS r SET ${sets} FROM json_populate_record(NULL::${tableSql(table)}, ${parameter(next)}::json) AS "image"
      WHERE ${join(conditions)}`.text,
    [...selectionParameters(table, { by: 'keys', keys: [rowKey] }), image],
  )
}
export async function deleteRow(tx, table, rowKey) {
  await tx.query(
    sql`DELETE FROM ${tableSql(table)} AS r WHERE ${join(one(table).conditions)}`.text,
    selectionParameters(table, { by: 'keys', keys: [rowKey] }),
  )
}
/** Makes the links of a row those of an image: JSON text of lists of rows by the name of the links. */
export async function replaceLinks(tx, mapping, side, rowKey, image) {
  const key = fieldNamed(mapping[side], mapping[side].key[0] ?? '')
  for (const link of mapping.links) {
    const { table, owner } = link[side]
    const column = ident('y', fieldNamed(table, owner).column)
    const { rows } = await tx.query('SELECT COALESCE($1::json -> $2, $3)::text AS list', [
      image,
      link.name,
      '[]',
    ])
    await tx.query(
      sql`DELETE FROM ${tableSql(table)} AS y WHERE ${column} = (SELECT ${ident('r', key.column)} FROM ${tableSql(mapping[side])} AS r
        WHERE ${join(one(mapping[side]).conditions)})`.text,
      selectionParameters(mapping[side], { by: 'keys', keys: [rowKey] }),
    )
    const columns = join(await writable(tx, table, 'insert'))
    await tx.query(
      sql`INSERT INTO ${tableSql(table)} (${columns}) OVERRIDING SYSTEM VALUE
        SELECT ${columns} FROM json_populate_recordset(NULL::${tableSql(table)}, $1::json)`.text,
      [rows[0]?.list ?? '[]'],
    )
  }
}
function one(table) {
  return selectionSql(table, 'r', { by: 'keys', after: false, upTo: false })
}
/** Generated columns write themselves; GENERATED ALWAYS AS IDENTITY ones cannot be updated. */
async function writable(tx, table, how) {
  const { rows } = await tx.query(
    `SELECT attname::text AS name FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
       AND attgenerated = '' AND ($2 = 'insert' OR attidentity <> 'a') ORDER BY attnum`,
    [tableSql(table).text, how],
  )
  return rows.map(({ name }) => ident(name))
}
//# sourceMappingURL=restore.js.map
