import { literal, type Sql, sql } from '@changeover/mapping/sql'

/** SQLSTATE of a write that a rule of the mapping cannot map. */
export const rowRefusedState = 'UC201'
/** SQLSTATE of a write to a proxy while the legacy table leads. */
export const legacyLeadsState = 'UC202'
/** SQLSTATE of a row that changed under the statement: retriable, as any serialization failure. */
export const rowChangedState = '40001'

/** What a client gets to know of a refusal, as PostgreSQL's own constraints report it. */
export interface Report {
  readonly state: string
  readonly message: string
  readonly table: { readonly schema: string; readonly name: string }
  readonly column?: string
  readonly constraint?: string
  readonly detail?: Sql
  readonly hint?: string
}

/** `RAISE EXCEPTION …;` */
export function raise({ state, message, table, column, constraint, detail, hint }: Report): Sql {
  const option = (name: Sql, value: Sql | undefined) =>
    value === undefined ? sql`` : sql`, ${name} = ${value}`
  const text = (value: string | undefined) => (value === undefined ? undefined : literal(value))
  return sql`RAISE EXCEPTION USING ERRCODE = ${literal(state)}, MESSAGE = ${literal(message)},
      SCHEMA = ${literal(table.schema)}, TABLE = ${literal(table.name)}${option(sql`COLUMN`, text(column))}${option(sql`CONSTRAINT`, text(constraint))}${option(sql`DETAIL`, detail)}${option(sql`HINT`, text(hint))};`
}

/** `IF … THEN RAISE …; END IF;` */
export function raiseIf(when: Sql, report: Report): Sql {
  return sql`
    IF ${when} THEN
      ${raise(report)}
    END IF;`
}
