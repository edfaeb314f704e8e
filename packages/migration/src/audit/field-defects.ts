import type { Queryable } from '@changeover/database'
import { fieldNamed, keyText, type Mapping, scopeSql, tableSql } from '@changeover/mapping'
import { ident, join, type Sql, sql } from '@changeover/mapping/sql'
import { errors } from '../errors.ts'
import type { AuditCheck, AuditFinding } from './audit-finding.ts'
import { nameOf } from '../tables-of.ts'

interface Probe {
  readonly check: AuditCheck
  readonly of: string
  readonly when: Sql
  readonly problem: typeof errors.VALUES_MISSING | typeof errors.DATES_OUT_OF_ORDER
}

/**
 * Required legacy fields that are NULL, and pairs of fields that come in the wrong order. Cost: one scan of the legacy table.
 */
export async function fieldDefects(database: Queryable, mapping: Mapping): Promise<readonly AuditFinding[]> {
  const { legacy } = mapping
  const probes = probesOf(mapping)
  if (probes.length === 0) return []
  const columns = probes.flatMap(({ when }, index) => [
    sql`(count(*) FILTER (WHERE ${when}))::text AS ${ident(`rows_${index}`)}`,
    sql`(min(${keyText({ legacy })} COLLATE "C") FILTER (WHERE ${when})) AS ${ident(`key_${index}`)}`,
  ])
  const { rows } = await database.query<Record<string, string | null>>(
    sql`SELECT ${join(columns)} FROM ${tableSql(legacy)} AS l WHERE ${scopeSql(legacy, 'l')}`.text,
  )
  return probes.flatMap(({ check, of, problem }, index) => {
    const count = Number(rows[0]?.[`rows_${index}`])
    if (count === 0) return []
    const table = nameOf(legacy)
    const firstKey = rows[0]?.[`key_${index}`] ?? ''
    const values = { table, of, rows: count, first: firstKey }
    return [{ check, table, of, rows: count, firstKey, values: [], problem: problem.problem(values) }]
  })
}

function probesOf({ legacy }: Mapping): readonly Probe[] {
  const column = (name: string) => ident('l', fieldNamed(legacy, name).column)
  const required = Object.values(legacy.fields).filter(({ nullable }) => !nullable)
  return [
    ...required.map(
      ({ name }): Probe => ({
        check: 'missing',
        of: name,
        when: sql`${column(name)} IS NULL`,
        problem: errors.VALUES_MISSING,
      }),
    ),
    ...(legacy.ordered ?? []).map(
      ([earlier, later]): Probe => ({
        check: 'out of order',
        of: `${earlier}, ${later}`,
        when: sql`${column(earlier)} > ${column(later)}`,
        problem: errors.DATES_OUT_OF_ORDER,
      }),
    ),
  ]
}
