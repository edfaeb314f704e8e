import { isFailure, type Problem } from '@changeover/errors'
import type { Queryable } from '@changeover/database'
import { fieldNamed, type Mapping, type Table, tableSql } from '@changeover/mapping'
import { schemaDrift, syncErrors } from '@changeover/sync'
import { errors } from './errors.ts'

/** Whether a mapping can be read at all, and what keeps a verification of it from being complete. */
export interface Preconditions {
  readonly readable: boolean
  readonly reasons: readonly Problem[]
}

const unreadable: ReadonlySet<string> = new Set([
  syncErrors.TABLE_MISSING.code,
  syncErrors.COLUMN_MISSING.code,
])

/**
 * Looks at every table that the comparison of a mapping reads: that it is there as described and with no legacy column of which
 * the mapping says nothing, that this user may read all of it, and that its key identifies rows.
 *
 * Cost: one look into the catalogs for the schema, and one for each table.
 */
export async function preconditionsOf(database: Queryable, mapping: Mapping): Promise<Preconditions> {
  const drift = await schemaDrift(database, mapping)
  if (drift.some(({ code }) => unreadable.has(code))) return { readable: false, reasons: drift }
  const reasons: Problem[] = [...drift]
  let readable = true
  for (const { table, keyed } of tablesOf(mapping)) {
    const found = await look(database, table)
    const why = typeof found === 'string' ? found : lockedColumn(table, found)
    const values = { mapping: mapping.name, table: nameOf(table) }
    if (why !== undefined || typeof found === 'string') {
      readable = false
      reasons.push(errors.TABLE_UNREADABLE.problem({ ...values, why: why ?? '' }))
      continue
    }
    if (found.hidden) reasons.push(errors.ROWS_HIDDEN.problem(values))
    if (keyed && !found.unique)
      reasons.push(errors.KEY_NOT_UNIQUE.problem({ ...values, key: columnsOf(table, table.key).join(', ') }))
  }
  return { readable, reasons }
}

/** keyed: its key must identify rows. */
function tablesOf(mapping: Mapping) {
  const own = [
    // What a view shows once, no catalog says.
    { table: mapping.legacy, keyed: mapping.legacy.madeOf === undefined },
    { table: mapping.target, keyed: mapping.target.madeOf === undefined },
    ...[mapping.legacy, mapping.target].flatMap(({ madeOf = [] }) =>
      madeOf.flatMap(({ table, through }) => [
        { table, keyed: false },
        ...(through ? [{ table: through.table, keyed: false }] : []),
      ]),
    ),
    ...mapping.links.flatMap(({ legacy, target }) => [
      { table: legacy.table, keyed: false },
      { table: target.table, keyed: false },
    ]),
    ...[...mapping.refersTo.values()].map(({ target }) => ({ table: target, keyed: false })),
  ]
  return own.filter(
    ({ table }, index) => own.findIndex((each) => nameOf(each.table) === nameOf(table)) === index,
  )
}

interface Found {
  readonly hidden: boolean
  readonly unique: boolean
  /** Columns that this user may not read. */
  readonly locked: readonly string[]
}

const catalogs = `SELECT row_security_active(c.oid) AS hidden,
  EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
    AND i.indpred IS NULL AND i.indexprs IS NULL AND (SELECT bool_and(a.attname = ANY($2::name[]) AND a.attnotnull)
      FROM unnest(i.indkey) WITH ORDINALITY AS k(attnum, place) JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
      WHERE k.place <= i.indnkeyatts))
    AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = ANY($2::name[]) AND NOT a.attnotnull) AS unique,
  ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    AND NOT has_column_privilege(c.oid, a.attnum, 'SELECT')) AS locked
  FROM pg_class c WHERE c.oid = to_regclass($1)`

/** What the catalogs say of a table, or why they say nothing. */
async function look(database: Queryable, table: Table): Promise<Found | string> {
  try {
    const { rows } = await database.query<Found>(catalogs, [
      tableSql(table).text,
      columnsOf(table, table.key),
    ])
    return rows[0] ?? 'there is no such table'
  } catch (error) {
    if (isFailure(error, 'DATABASE.PRIVILEGE_MISSING')) return error.message
    throw error
  }
}

function lockedColumn(table: Table, { locked }: Found): string | undefined {
  const column = Object.values(table.fields).find((field) => locked.includes(field.column))
  return column && `this user may not read the column ${column.column}`
}

function columnsOf(table: Table, fields: readonly string[]): readonly string[] {
  return fields.map((name) => fieldNamed(table, name).column)
}

function nameOf(table: Table): string {
  return table.schema === undefined ? table.name : `${table.schema}.${table.name}`
}
