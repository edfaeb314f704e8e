import type { Queryable } from '@changeover/database'
import { fieldNamed, type Mapping, scopeSql, tableSql } from '@changeover/mapping'
import { all, ident, join, literal, type Sql, sql } from '@changeover/mapping/sql'
import { errors } from '../errors.ts'
import type { AuditFinding } from './audit-finding.ts'
import { nameOf } from '../tables-of.ts'

/** Columns that refer to a row of another table. */
interface Pointer {
  readonly table: string
  readonly from: Sql
  readonly scope: Sql
  readonly columns: readonly string[]
  readonly toTable: string
  readonly to: Sql
  readonly toColumns: readonly string[]
}

/**
 * Legacy rows that refer to rows which do not exist: by a rule of the mapping, by a link table, or by a foreign key of the
 * database, which proves nothing while it is NOT VALID or was switched off during a restore.
 *
 * Cost: one join for each reference.
 */
export async function orphansOf(database: Queryable, mapping: Mapping): Promise<readonly AuditFinding[]> {
  const pointers = [...byRules(mapping), ...byLinks(mapping), ...(await byForeignKeys(database, mapping))]
  const findings: AuditFinding[] = []
  for (const pointer of withoutDoubles(pointers)) findings.push(...(await orphansIn(database, pointer)))
  return findings
}

function byRules(mapping: Mapping): readonly Pointer[] {
  const { legacy, rules, refersTo } = mapping
  return rules.flatMap(({ shape }) =>
    Object.entries(shape.references ?? {}).flatMap(([field, name]) => {
      const other = refersTo.get(name)?.legacy
      if (!other) return []
      return [
        {
          table: nameOf(legacy),
          from: tableSql(legacy),
          scope: scopeSql(legacy, 'l'),
          columns: [fieldNamed(legacy, field).column],
          toTable: nameOf(other),
          to: tableSql(other),
          toColumns: other.key.map((key) => fieldNamed(other, key).column),
        },
      ]
    }),
  )
}

function byLinks({ legacy, links }: Mapping): readonly Pointer[] {
  return links.map(({ legacy: side }) => ({
    table: nameOf(side.table),
    from: tableSql(side.table),
    scope: scopeSql(side.table, 'l'),
    columns: [fieldNamed(side.table, side.owner).column],
    toTable: nameOf(legacy),
    to: tableSql(legacy),
    toColumns: legacy.key.map((key) => fieldNamed(legacy, key).column),
  }))
}

interface ForeignKey {
  readonly columns: readonly string[]
  readonly schema: string
  readonly name: string
  readonly to_columns: readonly string[]
}

async function byForeignKeys(database: Queryable, { legacy, links }: Mapping): Promise<readonly Pointer[]> {
  const pointers: Pointer[] = []
  for (const table of [legacy, ...links.map((each) => each.legacy.table)]) {
    const { rows } = await database.query<ForeignKey>(
      `select n.nspname::text as schema, r.relname::text as name,
              array(select a.attname::text from unnest(c.conkey) with ordinality as k(num, nth)
                join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.num order by k.nth) as columns,
              array(select a.attname::text from unnest(c.confkey) with ordinality as k(num, nth)
                join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.num order by k.nth) as to_columns
         from pg_constraint c join pg_class r on r.oid = c.confrelid join pg_namespace n on n.oid = r.relnamespace
        where c.contype = 'f' and c.conrelid = to_regclass($1) and c.conparentid = 0 order by c.conname`,
      [tableSql(table).text],
    )
    pointers.push(
      ...rows.map(({ schema, name, columns, to_columns }) => ({
        table: nameOf(table),
        from: tableSql(table),
        scope: scopeSql(table, 'l'),
        columns,
        toTable: name,
        to: ident(schema, name),
        toColumns: to_columns,
      })),
    )
  }
  return pointers
}

/** A reference that a rule and a foreign key both declare counts once. */
function withoutDoubles(pointers: readonly Pointer[]): readonly Pointer[] {
  const named = Map.groupBy(pointers, ({ table, columns, toTable }) =>
    JSON.stringify([table, columns, toTable]),
  )
  return [...named.values()].flatMap((same) => same.slice(0, 1))
}

async function orphansIn(database: Queryable, pointer: Pointer): Promise<readonly AuditFinding[]> {
  const own = pointer.columns.map((column) => ident('l', column))
  const set = own.map((column) => sql`${column} IS NOT NULL`)
  const match = pointer.columns.map(
    (column, index) => sql`${ident('r', pointer.toColumns[index] ?? '')} = ${ident('l', column)}`,
  )
  const value = sql`concat_ws(',', ${join(own.map((column) => sql`${column}::text`))})`
  const { rows } = await database.query<{ rows: string; value: string | null }>(
    sql`SELECT count(*)::text AS rows, min(${value} COLLATE "C") AS value FROM ${pointer.from} AS l
      WHERE ${all([pointer.scope, ...set])} AND NOT EXISTS (SELECT ${literal(1)} FROM ${pointer.to} AS r WHERE ${all(match)})`
      .text,
  )
  const count = Number(rows[0]?.rows)
  if (count === 0) return []
  const { table, toTable, columns } = pointer
  const of = columns.join(', ')
  const firstKey = rows[0]?.value ?? ''
  const problem = errors.ROWS_ORPHANED.problem({ table, of, toTable, rows: count, first: firstKey })
  return [{ check: 'orphaned', table, of, rows: count, firstKey, values: [], problem }]
}
