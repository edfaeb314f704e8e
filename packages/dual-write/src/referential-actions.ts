import type { Queryable } from '@changeover/database'
import { ident, type Sql } from '@changeover/mapping/sql'

/** A table by schema and name, and as SQL writes it. */
export interface TablePlace {
  readonly schema: string
  readonly name: string
  readonly sql: Sql
}

/** A foreign key that does something with its rows when the row they refer to goes or changes its key. */
export interface ReferentialAction {
  readonly from: TablePlace
  readonly columns: readonly string[]
  readonly to: TablePlace
  readonly toColumns: readonly string[]
  readonly onDelete: 'nothing' | 'delete' | 'change'
}

interface Found {
  readonly fromSchema: string
  readonly fromName: string
  readonly toSchema: string
  readonly toName: string
  readonly columns: readonly string[]
  readonly toColumns: readonly string[]
  readonly onDelete: ReferentialAction['onDelete']
}

/** Every foreign key of the database with ON DELETE or ON UPDATE CASCADE, SET NULL or SET DEFAULT. Cost: one statement on the catalog. */
export async function referentialActions(database: Queryable): Promise<readonly ReferentialAction[]> {
  const { rows } = await database.query<Found>(query)
  return rows.map(({ fromSchema, fromName, toSchema, toName, columns, toColumns, onDelete }) => ({
    from: placeOf(fromSchema, fromName),
    columns,
    to: placeOf(toSchema, toName),
    toColumns,
    onDelete,
  }))
}

function placeOf(schema: string, name: string): TablePlace {
  return { schema, name, sql: ident(schema, name) }
}

const namesOf = (table: string, numbers: string) =>
  `ARRAY(SELECT a.attname::text FROM unnest(${numbers}) WITH ORDINALITY AS n(number, place)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = ${table} AND a.attnum = n.number ORDER BY n.place)`

const query = `SELECT cn.nspname::text AS "fromSchema", c.relname::text AS "fromName", pn.nspname::text AS "toSchema", p.relname::text AS "toName",
    ${namesOf('k.conrelid', 'k.conkey')} AS columns, ${namesOf('k.confrelid', 'k.confkey')} AS "toColumns",
    CASE k.confdeltype WHEN 'c' THEN 'delete' WHEN 'n' THEN 'change' WHEN 'd' THEN 'change' ELSE 'nothing' END AS "onDelete"
  FROM pg_catalog.pg_constraint AS k
    JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace AS cn ON cn.oid = c.relnamespace
    JOIN pg_catalog.pg_class AS p ON p.oid = k.confrelid JOIN pg_catalog.pg_namespace AS pn ON pn.oid = p.relnamespace
  WHERE k.contype = 'f' AND k.conparentid = 0 AND (k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd'))
  ORDER BY 1, 2, k.conname COLLATE "C"`
