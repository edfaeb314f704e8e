import type { Queryable } from '@changeover/database'
import { constantText } from '@changeover/mapping'

/** A column of a legacy table as the database has it, in the table's order. */
export interface LegacyColumn {
  readonly name: string
  readonly type: string
  readonly notNull: boolean
  /** Gives a value to inserts that leave the column out; null where there is none. */
  readonly defaultSql: string | null
  /** Whether the default is a plain constant, so that rows which do not know the column can read as it. */
  readonly isConstant: boolean
}

/** A CHECK constraint, over columns that stand by their bare names. */
export interface LegacyCheck {
  readonly name: string
  readonly columns: readonly string[]
  readonly expression: string
}

/** What PostgreSQL does with rows that refer to a row that goes: no action, restrict, cascade, set null, set default. */
type ForeignKeyAction = 'a' | 'r' | 'c' | 'n' | 'd'

/** A foreign key. Tables stand by the text of their regclass oid. */
export interface LegacyForeignKey {
  readonly name: string
  readonly from: string
  readonly columns: readonly string[]
  readonly to: string
  readonly toName: string
  readonly toColumns: readonly string[]
  readonly onDelete: ForeignKeyAction
}

/** A legacy table as the model of its proxy. */
export interface LegacyTable {
  readonly oid: string
  readonly schema: string
  readonly name: string
  readonly columns: readonly LegacyColumn[]
  readonly checks: readonly LegacyCheck[]
  readonly foreignKeys: readonly LegacyForeignKey[]
  /** Foreign keys of other tables, and its own, that refer to it. */
  readonly referredBy: readonly LegacyForeignKey[]
}

/**
 * Reads a table from the catalog; undefined where it is not there. `regclass` is its name as SQL writes it.
 *
 * Cost: one statement on the catalog.
 */
export async function readLegacyTable(
  queryable: Queryable,
  regclass: string,
): Promise<LegacyTable | undefined> {
  const { rows } = await queryable.query<{ table: string | null }>(`SELECT (${tableQuery})::text AS table`, [
    regclass,
  ])
  const text = rows[0]?.table ?? null
  if (text === null) return undefined
  const table = JSON.parse(text) as LegacyTable // the statement builds this shape, but for isConstant
  const columns = table.columns.map((column) => {
    const isConstant = column.defaultSql !== null && constantText(column.defaultSql) !== undefined
    return { ...column, isConstant }
  })
  return { ...table, columns }
}

const columnsQuery = `SELECT jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
    'notNull', a.attnotnull, 'defaultSql', made.sql) ORDER BY a.attnum)
  FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    CROSS JOIN LATERAL (SELECT CASE WHEN a.attidentity <> ''
        THEN format('nextval(%L::regclass)', pg_get_serial_sequence(c.oid::regclass::text, a.attname::text))
      WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END AS sql) AS made
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`

const checksQuery = `SELECT coalesce(jsonb_agg(jsonb_build_object('name', k.conname, 'expression', pg_get_expr(k.conbin, k.conrelid),
    'columns', (SELECT jsonb_agg(a.attname) FROM pg_attribute AS a WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)))
    ORDER BY k.conname), '[]')
  FROM pg_constraint AS k WHERE k.conrelid = c.oid AND k.contype = 'c' AND k.conkey IS NOT NULL`

const namesOf = (table: string, numbers: string) =>
  `(SELECT jsonb_agg(a.attname ORDER BY n.place) FROM unnest(${numbers}) WITH ORDINALITY AS n(number, place)
    JOIN pg_attribute AS a ON a.attrelid = ${table} AND a.attnum = n.number)`

const foreignKeysQuery = (side: 'conrelid' | 'confrelid') =>
  `SELECT coalesce(jsonb_agg(jsonb_build_object('name', k.conname, 'from', k.conrelid::oid::text, 'to', k.confrelid::oid::text,
    'toName', k.confrelid::regclass::text, 'columns', ${namesOf('k.conrelid', 'k.conkey')},
    'toColumns', ${namesOf('k.confrelid', 'k.confkey')}, 'onDelete', k.confdeltype) ORDER BY k.conname), '[]')
  FROM pg_constraint AS k WHERE k.${side} = c.oid AND k.contype = 'f' AND k.conparentid = 0`

const tableQuery = `SELECT jsonb_build_object('oid', c.oid::text, 'schema', n.nspname, 'name', c.relname,
    'columns', (${columnsQuery}), 'checks', (${checksQuery}),
    'foreignKeys', (${foreignKeysQuery('conrelid')}), 'referredBy', (${foreignKeysQuery('confrelid')}))
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)`
