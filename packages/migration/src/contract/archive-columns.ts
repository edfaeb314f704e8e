import { type Database, runDdl } from '@changeover/database'
import { ident, join, literal, sql } from '@changeover/mapping/sql'
import { archiveRow, archiveSchemaOf, type ArchivedBy, changeState, note } from './archive-entry.ts'
import type { ArchivedTable } from './archived-tables.ts'
import { type ColumnDefinitions, columnDefinitions } from './column-definitions.ts'
import { grantSql } from './column-grants.ts'
import type { ColumnsInPlace } from './legacy-columns.ts'
import type { TableName } from './legacy-tables.ts'

/**
 * Copies columns of a table that stays, with its key, into the archive, and drops them; how they were made is remembered.
 *
 * Cost: one transaction; ACCESS EXCLUSIVE on the table while the copy is written, with lock timeout and retries.
 */
export async function archiveColumns(
  database: Database,
  { migration, by }: ArchivedBy,
  name: TableName,
  { key, columns }: Omit<ColumnsInPlace, 'table'>,
): Promise<void> {
  const archive = archiveSchemaOf(migration, name.schema)
  const [from, to] = [ident(name.schema, name.table), ident(archive, name.table)]
  const definitions = await columnDefinitions(database, name, columns)
  const keys = join(key.map((column) => ident(column)))
  const taken = join([keys, ...columns.map((column) => ident(column))])
  await runDdl(database, [
    sql`CREATE SCHEMA IF NOT EXISTS ${ident(archive)}`.text,
    sql`LOCK TABLE ${from} IN ACCESS EXCLUSIVE MODE`.text,
    'SET LOCAL row_security = off', // rows that a policy hides would be lost; this way it is an error
    sql`CREATE TABLE ${to} AS SELECT ${taken} FROM ${from}`.text,
    sql`ALTER TABLE ${to} ADD PRIMARY KEY (${keys})`.text,
    archiveRow(migration, name, archive, by, {
      columns: { key, ...definitions },
      rows: sql`(SELECT count(*) FROM ${to})`,
    }),
    note(migration, 'archived', name, by),
    // What is computed from another one goes before that.
    ...definitions.columns
      .toSorted((left, right) => Number(right.generated) - Number(left.generated))
      .map((column) => sql`ALTER TABLE ${from} DROP COLUMN ${{ text: column.name }}`.text),
  ])
}

/**
 * Makes the columns again, and gives each row that is still there its values; rows that came since have the defaults. Triggers do not
 * run for it. The copy is gone afterwards, so that the columns can be archived anew.
 */
export async function restoreColumns(
  database: Database,
  { migration, by }: ArchivedBy,
  archived: ArchivedTable,
  definitions: ColumnDefinitions & Pick<ColumnsInPlace, 'key'>,
): Promise<void> {
  const { schema, table, archiveSchema } = archived
  const [to, from] = [ident(schema, table), ident(archiveSchema, table)]
  const { constraints, indexes, key, grants = [] } = definitions
  // What is computed from another one comes after that.
  const columns = definitions.columns.toSorted(
    (left, right) => Number(left.generated) - Number(right.generated),
  )
  const added = columns.map(({ name, type, rest }) => `ADD COLUMN ${name} ${type} ${rest}`)
  const given = columns.filter(({ generated }) => !generated)
  const same = key.map((column) => sql`${ident('t', column)} = ${ident('kept', column)}`)
  const triggers = await enabledTriggers(database, archived)
  await runDdl(database, [
    sql`LOCK TABLE ${to} IN ACCESS EXCLUSIVE MODE`.text,
    'SET LOCAL row_security = off',
    sql`ALTER TABLE ${to} ${{ text: added.join(', ') }}`.text,
    ...triggers.map(({ name }) => sql`ALTER TABLE ${to} DISABLE TRIGGER ${{ text: name }}`.text),
    ...(given.length === 0
      ? []
      : [
          sql`UPDATE ${to} AS t SET ${{ text: given.map(({ name }) => `${name} = kept.${name}`).join(', ') }}
            FROM ${from} AS kept WHERE ${join(same, ' AND ')}`.text,
          'SET CONSTRAINTS ALL IMMEDIATE', // what waits for the end of the transaction would hold up the next lines
        ]),
    ...triggers.map(({ name, enable }) => sql`ALTER TABLE ${to} ${{ text: enable }} ${{ text: name }}`.text),
    ...columns
      .filter(({ comment }) => comment !== null)
      .map(
        ({ name, comment }) =>
          sql`COMMENT ON COLUMN ${to}.${{ text: name }} IS ${literal(comment ?? '')}`.text,
      ),
    ...constraints.map((constraint) => sql`ALTER TABLE ${to} ${{ text: constraint }}`.text),
    ...indexes,
    ...grants.map((grant) => grantSql(to, grant)),
    sql`DROP TABLE ${from}`.text,
    changeState(migration, archived, 'restored', by),
    note(migration, 'restored', archived, by),
  ])
}

async function enabledTriggers(database: Database, { schema, table }: TableName) {
  const { rows } = await database.query<{ name: string; enable: string }>(
    `select quote_ident(g.tgname) as name,
       case g.tgenabled when 'A' then 'ENABLE ALWAYS TRIGGER' when 'R' then 'ENABLE REPLICA TRIGGER' else 'ENABLE TRIGGER' end as enable
       from pg_trigger g where g.tgrelid = to_regclass(format('%I.%I', $1::text, $2::text)) and not g.tgisinternal and g.tgenabled <> 'D'
      order by g.tgname`,
    [schema, table],
  )
  return rows
}
