import type { Mapping } from './mapping.ts'
import { ident, join, type Sql, sql } from './sql.ts'
import { fieldNamed } from './table.ts'

/** The legacy key of the row `l` as one text: the key itself, or `(a,b)` for a key of several columns. */
export function keyText({ legacy }: Pick<Mapping, 'legacy'>): Sql {
  const columns = legacy.key.map((name) => ident('l', fieldNamed(legacy, name).column))
  return columns.length === 1 ? sql`${join(columns)}::text` : sql`ROW(${join(columns)})::text`
}
