import type { Database } from '@changeover/database'
import { scopeSql, type Slot, type Table, tableSql } from '@changeover/mapping'
import { all, ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'

/** Whether the rows that a mapping speaks of all have the same value there. */
export function isAlone({ where }: Table, { ref }: Slot): boolean {
  return where[ref]?.length === 1
}

/**
 * Changes one value in one row that the mapping speaks of; false where the database takes no other value in any row.
 * Only the value itself changes: the row stays within the mapping's scope.
 */
export async function damage(database: Database, table: Table, slot: Slot): Promise<boolean> {
  for (const other of otherValues(table, slot)) {
    const { rows } = await database.query<{ key: string }>(candidatesSql(table, slot, other).text)
    for (const { key } of rows) if (await changes(database, table, slot, other, key)) return true
  }
  return false
}

async function changes(
  database: Database,
  table: Table,
  { field }: Slot,
  other: Sql,
  key: string,
): Promise<boolean> {
  const statement = sql`UPDATE ${tableSql(table)} AS own SET ${ident(field.column)} = ${other} WHERE ${keySql(table)} = ${literal(key)}`
  // Constraints of the target refuse some values in some rows.
  return database.query(statement.text).then(
    ({ rowCount }) => rowCount === 1,
    () => false,
  )
}

/** The key as one text: a view has no other name for its rows. */
function keySql(table: Table): Sql {
  const columns = join(table.key.map((name) => ident('own', table.fields[name]?.column ?? name)))
  return sql`jsonb_build_array(${columns})::text`
}

/** Rows that have a value there, those without a reference to themselves first: they may change the most. */
function candidatesSql(table: Table, { field }: Slot, other: Sql): Sql {
  const column = ident('own', field.column)
  const order = join(table.key.map((name) => ident('own', table.fields[name]?.column ?? name)))
  return sql`SELECT ${keySql(table)} AS key FROM ${tableSql(table)} AS own
    WHERE ${all([scopeSql(table, 'own'), sql`${column} IS NOT NULL`, sql`${column} IS DISTINCT FROM ${other}`])}
    ORDER BY ${order} LIMIT 20`
}

/** Other values, as SQL over the row `own`: one made by the type, then one that another row has, not the same for all. */
function otherValues(table: Table, slot: Slot): readonly Sql[] {
  const { field, jsonKey } = slot
  const column = ident('own', field.column)
  if (jsonKey !== undefined)
    return [sql`jsonb_set(${column}, ARRAY[${literal(jsonKey)}], ${literal('"damaged"')})`]
  const elsewhere = sql`(SELECT x.${ident(field.column)} FROM ${tableSql(table)} AS x
    WHERE ${all([scopeSql(table, 'x'), sql`x.${ident(field.column)} IS DISTINCT FROM ${column}`])}
    ORDER BY md5(concat(x.${ident(field.column)}, ${keySql(table)})) LIMIT 1)`
  return [...(byType(field.type.base, column) ?? []), elsewhere, sql`NULL`]
}

function byType(base: string, column: Sql): readonly Sql[] | undefined {
  const values: Readonly<Record<string, readonly Sql[]>> = {
    text: [sql`${column} || 'x'`],
    varchar: [sql`left(${column}, 30) || 'x'`],
    boolean: [sql`NOT ${column}`],
    smallint: [sql`(${column} + 1) % 100`],
    integer: [sql`${column} + 1`],
    numeric: [sql`${column} + 0.01`],
    'double precision': [sql`${column} + 0.5`],
    date: [sql`${column} + 1`],
    time: [sql`${column} + interval '1 microsecond'`],
    timestamptz: [sql`${column} + interval '1 microsecond'`],
    jsonb: [sql`jsonb_build_array(${column})`],
  }
  return values[base]
}
