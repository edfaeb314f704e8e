import type { Queryable } from '@changeover/database'
import { fieldNamed, keyText, type Mapping, scopeSql, tableSql } from '@changeover/mapping'
import { all, ident, join, sql } from '@changeover/mapping/sql'
import { errors } from '../errors.ts'
import type { AuditFinding } from './audit-finding.ts'
import { nameOf } from '../tables-of.ts'

/**
 * Legacy rows that share a key, or a set of fields that is described as unique: an index need not stand behind the description.
 *
 * Cost: one grouping of the legacy table for each set.
 */
export async function duplicatesOf(
  database: Queryable,
  { legacy }: Mapping,
): Promise<readonly AuditFinding[]> {
  const findings: AuditFinding[] = []
  for (const fields of [legacy.key, ...legacy.unique]) {
    const columns = fields.map((name) => ident('l', fieldNamed(legacy, name).column))
    const set = columns.map((column) => sql`${column} IS NOT NULL`)
    const { rows } = await database.query<{ values: readonly string[]; count: string; key: string }>(
      sql`SELECT ARRAY[${join(columns.map((column) => sql`${column}::text`))}] AS "values", count(*)::text AS count, min(${keyText({ legacy })} COLLATE "C") AS key
        FROM ${tableSql(legacy)} AS l WHERE ${all([scopeSql(legacy, 'l'), ...set])} GROUP BY ${join(columns)} HAVING count(*) > 1 ORDER BY count(*) DESC, 1`
        .text,
    )
    if (rows.length === 0) continue
    const table = nameOf(legacy)
    const of = fields.join(', ')
    const count = rows.reduce((sum, each) => sum + Number(each.count), 0)
    const firstKey = rows.map(({ key }) => key).toSorted()[0] ?? ''
    const values = rows.slice(0, 20).map((each) => ({ value: each.values, rows: Number(each.count) }))
    const problem = errors.ROWS_DUPLICATE.problem({ table, of, rows: count, groups: rows.length })
    findings.push({ check: 'duplicate', table, of, rows: count, firstKey, values, problem })
  }
  return findings
}
