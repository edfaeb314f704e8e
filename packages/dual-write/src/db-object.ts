import { createHash } from 'node:crypto'
import { ident, literal, type Sql, sql } from '@changeover/mapping/sql'

/** A function in the schema `changeover`, as text to create it and as what the catalog must say of it. */
export interface DbFunction {
  readonly name: string
  /** Types of its arguments, as they stand in its signature. */
  readonly takes: Sql
  readonly gives: Sql
  readonly body: Sql
  /** Settings that hold while it runs. */
  readonly settings: Readonly<Record<string, string>>
}

/** A trigger on one of the tables. `clause` is everything between its name and the function. */
export interface DbTrigger {
  readonly name: string
  readonly table: Sql
  readonly clause: (table: Sql) => Sql
  readonly calls: Sql
}

/** A name of at most 63 bytes: what does not fit is cut and told apart by a hash. */
export function objectName(...parts: readonly string[]): string {
  const name = parts.join('_')
  if (Buffer.byteLength(name) <= 63) return name
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8)
  const cut = Buffer.from(name)
    .subarray(0, 54)
    .toString()
    .replace(/\uFFFD+$/, '')
  return `${cut}_${hash}`
}

/** Its name with the schema. */
export function functionSql({ name }: Pick<DbFunction, 'name'>): Sql {
  return ident('changeover', name)
}

/** CREATE OR REPLACE FUNCTION. */
export function createFunctionSql(made: DbFunction): Sql {
  const settings = Object.entries(made.settings).map(
    ([name, value]) => ` SET ${name} TO ${literal(value).text}`,
  )
  return sql`CREATE OR REPLACE FUNCTION ${functionSql(made)}(${made.takes}) RETURNS ${made.gives} LANGUAGE plpgsql${{ text: settings.join('') }} AS ${literal(made.body.text)}`
}

/** CREATE OR REPLACE TRIGGER, which fires whatever session_replication_role says. */
export function createTriggerSql({ name, table, clause, calls }: DbTrigger): readonly Sql[] {
  return [
    sql`CREATE OR REPLACE TRIGGER ${ident(name)} ${clause(table)} EXECUTE FUNCTION ${calls}`,
    sql`ALTER TABLE ${table} ENABLE ALWAYS TRIGGER ${ident(name)}`,
  ]
}
