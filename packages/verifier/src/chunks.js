import { scopeSql, tableSql } from '@changeover/mapping'
import { ident, join, sql } from '@changeover/mapping/sql'
import { keyColumns } from './selection.js'
/** Target rows are only sought in an index, not compared: their chunks can be larger. */
const orphanFactor = 4
/**
 * Divides both sides of a mapping into chunks that together cover every key there is or will be: the first and the last are
 * open, so that nothing falls between, before or behind them.
 *
 * Cost: one scan of each side's key index.
 */
export async function planChunks(database, mapping, chunkRows) {
  const rows = await boundaries(database, mapping.legacy, chunkRows)
  const orphans = await boundaries(database, mapping.target, chunkRows * orphanFactor)
  return [...chunksBetween(mapping.name, 'rows', rows), ...chunksBetween(mapping.name, 'orphans', orphans)]
}
/** The chunks that these keys, in order, divide a side into: one more than there are keys. */
export function chunksBetween(mapping, part, keys) {
  return [...keys, null].map((upTo, number) => ({
    mapping,
    part,
    number,
    after: keys[number - 1] ?? null,
    upTo,
  }))
}
async function boundaries(database, table, rows) {
  const key = keyColumns(table, 'x')
  const names = key.map((_column, index) => ident(`k${index}`))
  const columns = join(key.map((column, index) => sql`${column}::text AS ${names[index] ?? sql``}`))
  const numbered = sql`SELECT ${columns}, row_number() OVER (ORDER BY ${join(key)}) AS n
    FROM ${tableSql(table)} AS x WHERE ${scopeSql(table, 'x')}`
  const { rows: found } = await database.query(
    sql`SELECT ${join(names)} FROM (${numbered}) AS numbered WHERE n % $1::int = 0 ORDER BY n`.text,
    [rows],
  )
  return found.map((row) => key.map((_column, index) => row[`k${index}`] ?? ''))
}
//# sourceMappingURL=chunks.js.map
