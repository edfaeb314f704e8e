import { type Database, type DdlStatement, runDdl } from '@changeover/database'
import { ident, join, type Sql, sql } from '@changeover/mapping/sql'
import { archiveRow, archiveSchemaOf, type ArchivedBy, changeState, note } from './archive-entry.ts'
import type { ArchivedTable } from './archived-tables.ts'
import { columnGrants, grantSql } from './column-grants.ts'
import { keptSequences } from './kept-sequences.ts'
import type { TableName } from './legacy-tables.ts'

const guard = 'changeover_archived'

/**
 * Moves a table out of the way, with everything that is its own (indexes, sequences, triggers): nothing is copied or lost. Its
 * foreign keys to tables that stay are taken off and remembered, so that it holds nobody back; writes to it are refused. Where
 * `view` is given, a view over it takes the name.
 *
 * Cost: one transaction; ACCESS EXCLUSIVE on the table and those it refers to, with lock timeout and retries.
 */
export async function archiveTable(
  database: Database,
  { migration, by }: ArchivedBy,
  name: TableName,
  staying: { readonly archived: readonly TableName[]; readonly view: Sql | undefined },
): Promise<void> {
  const { schema, table } = name
  const archive = archiveSchemaOf(migration, schema)
  const keys = await foreignKeysOut(database, name, migration, staying.archived)
  const from = ident(schema, table)
  await runDdl(database, [
    sql`CREATE SCHEMA IF NOT EXISTS ${ident(archive)}`.text,
    ...keys.map((key) => sql`ALTER TABLE ${from} DROP CONSTRAINT IF EXISTS ${ident(key.name)}`.text),
    ...guardStatements(from),
    archiveRow(migration, name, archive, by, { hasView: staying.view !== undefined, foreignKeys: keys }),
    note(migration, 'archived', name, by),
    sql`ALTER TABLE ${from} SET SCHEMA ${ident(archive)}`.text,
    ...(staying.view === undefined
      ? []
      : [
          sql`CREATE VIEW ${from} AS SELECT * FROM ${staying.view}`.text,
          ...(await grantsOf(database, name)).map(
            ({ privilege, role }) => sql`GRANT ${{ text: privilege }} ON ${from} TO ${role}`.text,
          ),
          ...(await columnGrants(database, name))
            .filter(({ privilege }) => privilege !== 'REFERENCES') // nobody refers to a view
            .map((grant) => grantSql(from, grant)),
        ]),
  ])
}

/** Puts it back where it was, with its foreign keys (not validated: rows have come and gone since). It stays read-only. */
export async function restoreTable(
  database: Database,
  { migration, by }: ArchivedBy,
  archived: ArchivedTable,
): Promise<void> {
  const { schema, table, archiveSchema, foreignKeys, hasView } = archived
  const to = ident(schema, table)
  await runDdl(database, [
    ...(hasView ? [sql`DROP VIEW IF EXISTS ${to}`.text] : []),
    sql`ALTER TABLE ${ident(archiveSchema, table)} SET SCHEMA ${ident(schema)}`.text,
    ...foreignKeys.map(
      ({ name, definition }) =>
        sql`ALTER TABLE ${to} ADD CONSTRAINT ${ident(name)} ${{ text: definition.replace(/ NOT VALID$/, '') }} NOT VALID`
          .text,
    ),
    changeState(migration, archived, 'restored', by),
    note(migration, 'restored', archived, by),
  ])
}

/**
 * Drops archived tables together, as they may refer to each other. A sequence from which a view still takes numbers goes
 * on under its name, at its place. `views` are those by which the mappings read the tables; they go with them.
 */
export async function dropTables(
  database: Database,
  { migration, by }: ArchivedBy,
  archived: readonly ArchivedTable[],
  views: readonly string[],
): Promise<void> {
  if (archived.length === 0) return
  const tables = archived.map(({ archiveSchema, table }) => ident(archiveSchema, table))
  const kept = await keptSequences(database, archived)
  const schemas = [...new Set(archived.map(({ archiveSchema }) => archiveSchema))]
  await runDdl(database, [
    ...kept,
    ...views.map((view) => `DROP VIEW IF EXISTS ${view}`),
    sql`DROP TABLE IF EXISTS ${join(tables)}`.text,
    ...schemas.map((schema) => sql`DROP SCHEMA IF EXISTS ${ident(schema)}`.text),
    ...archived.flatMap((each) => [
      changeState(migration, each, 'dropped', by),
      note(migration, 'dropped', each, by),
    ]),
  ])
}

function guardStatements(table: Sql): readonly DdlStatement[] {
  return [
    sql`CREATE OR REPLACE TRIGGER ${ident(guard)} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${table}
      FOR EACH STATEMENT EXECUTE FUNCTION changeover.refuse_archived()`.text,
    sql`ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${ident(guard)}`.text,
  ]
}

/** Foreign keys to tables that are not archived with it, wherever these are by now. */
async function foreignKeysOut(
  database: Database,
  { schema, table }: TableName,
  migration: string,
  archived: readonly TableName[],
) {
  const places = archived.flatMap((each) => [
    each,
    { schema: archiveSchemaOf(migration, each.schema), table: each.table },
  ])
  const { rows } = await database.query<{ name: string; definition: string }>(
    `select k.conname::text as name, pg_get_constraintdef(k.oid) as definition
       from pg_constraint k join pg_class p on p.oid = k.confrelid join pg_namespace n on n.oid = p.relnamespace
      where k.contype = 'f' and k.conparentid = 0 and k.conrelid = to_regclass(format('%I.%I', $1::text, $2::text))
        and (n.nspname, p.relname) not in (select * from unnest($3::text[], $4::text[])) order by 1`,
    [schema, table, places.map((each) => each.schema), places.map((each) => each.table)],
  )
  return rows
}

async function grantsOf(database: Database, { schema, table }: TableName) {
  const { rows } = await database.query<{ privilege: string; role: string | null }>(
    `select a.privilege_type as privilege, r.rolname::text as role from pg_class c cross join aclexplode(c.relacl) a
       left join pg_roles r on r.oid = a.grantee
      where c.oid = to_regclass(format('%I.%I', $1::text, $2::text)) and a.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')`,
    [schema, table],
  )
  return rows.map(({ privilege, role }) => ({
    privilege,
    role: role === null ? { text: 'PUBLIC' } : ident(role),
  }))
}
