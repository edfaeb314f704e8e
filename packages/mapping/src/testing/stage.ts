import { columnsOf, rowSource, rowsParam, textsOf } from './row-source.ts'
import { typeText } from '../column-type.ts'
import type { Row } from '../rule.ts'
import { tableSql } from '../scope.ts'
import { ident, join, type Sql, sql, typeName } from '../sql.ts'
import type { Table } from '../table.ts'
import { applySession, sessions } from './hostile-session.ts'
import type { Query } from './law.ts'
import type { Universe } from './universe.ts'

/** The usual session, and one that is most unlike it. Compiling long expressions to machine code takes longer than running them. */
const tried = sessions.slice(0, 2).map((session) => JSON.stringify({ ...session, jit: 'off' }))

/**
 * Runs some work in a transaction in which the universe's rows stand in tables, and rolls it back; once for each list of
 * session settings. The tables are temporary, except those whose description names a schema, which must not exist yet.
 */
export async function onStage(query: Query, universe: Universe, work: () => Promise<void>): Promise<void> {
  await query('BEGIN')
  try {
    await setUp(query, universe)
    for (const session of tried) {
      await query(applySession, [session, true])
      await work()
    }
  } finally {
    await query('ROLLBACK')
  }
}

async function setUp(query: Query, { tables }: Universe): Promise<void> {
  const byName = new Map<string, Table[]>()
  for (const table of tables.keys()) {
    const name = tableSql(table).text
    byName.set(name, [...(byName.get(name) ?? []), table])
  }
  for (const same of byName.values()) await create(query, same)
  for (const [table, rows] of tables) if (rows.length > 0) await fill(query, table, rows)
}

/** Several descriptions of one table, each with its own fields, make one table. */
async function create(query: Query, same: readonly Table[]): Promise<void> {
  const [table] = same
  if (!table) return
  const columns = new Map(
    same.flatMap(({ fields }) => Object.values(fields)).map(({ column, type }) => [column, type]),
  )
  const list = join([...columns].map(([column, type]) => sql`${ident(column)} ${typeName(typeText(type))}`))
  if (table.schema === undefined) {
    await query(sql`CREATE TEMPORARY TABLE ${tableSql(table)} (${list}) ON COMMIT DROP`.text)
    return
  }
  await query(sql`CREATE SCHEMA IF NOT EXISTS ${ident(table.schema)}`.text)
  await query(sql`CREATE TABLE ${tableSql(table)} (${list})`.text)
}

async function fill(query: Query, table: Table, rows: readonly Row[]): Promise<void> {
  const fields = Object.values(table.fields)
  const columns = columnsOf(
    fields.map(({ column, type }) => ({ name: column, type: typeText(type) })),
    'made',
  )
  const names: Sql = join(fields.map(({ column }) => ident(column)))
  const statement = sql`INSERT INTO ${tableSql(table)} (${names}) SELECT made.* FROM ${rowSource} ${columns}`
  await query(statement.text, [rowsParam(rows.map((row) => textsOf(row, fields)))])
}
