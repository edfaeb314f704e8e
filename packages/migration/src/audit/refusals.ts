import type { Queryable } from '@changeover/database'
import { type Mapping, type RefusedRows, refusedRows } from '@changeover/mapping'
import { errors } from '../errors.ts'
import { type MappingLoss, measureLoss } from '../measure-loss.ts'
import type { AuditFinding } from './audit-finding.ts'
import { nameOf } from '../tables-of.ts'

/** Values told of one reason at most; the others are in its count. */
const mostValues = 20

interface RefusedValue {
  readonly reason: number
  readonly values: readonly (string | null)[]
  readonly count: string
  readonly total: string
  readonly key: string
}

/**
 * Rows that a rule cannot map, by the values that it reads: values outside an enumeration, natural keys of which there is not
 * exactly one row, texts that are no dates. And rows that would collide in a unique set of the target.
 *
 * Cost: one scan of the legacy table, and one for each rule that refuses something.
 */
export async function refusalsIn(database: Queryable, mapping: Mapping): Promise<readonly AuditFinding[]> {
  const loss = await measureLoss(database, mapping)
  const refusing = refusedRows(mapping, mostValues).filter((_each, index) => loss.rules[index]?.refused)
  const findings: AuditFinding[] = []
  for (const rule of refusing) findings.push(...(await refusedBy(database, mapping, rule)))
  return [...findings, ...collisions(mapping, loss)]
}

async function refusedBy(
  database: Queryable,
  { legacy }: Mapping,
  { rule, reasons, fields, query }: RefusedRows,
): Promise<readonly AuditFinding[]> {
  const { rows } = await database.query<RefusedValue>(query.text)
  const table = nameOf(legacy)
  return [...Map.groupBy(rows, ({ reason }) => reason)].map(([reason, found]) => {
    const values = found.map((each) => ({ value: each.values, rows: Number(each.count) }))
    const count = Number(found[0]?.total)
    const firstKey = found[0]?.key ?? ''
    const why = reasons[reason] ?? ''
    const problem = errors.ROWS_REFUSED.problem({ table, rule, why, rows: count, first: firstKey })
    const of = fields.length === 0 ? rule : fields.join(', ')
    return { check: 'refused', table, of, rows: count, firstKey, values, problem }
  })
}

function collisions({ legacy }: Mapping, loss: MappingLoss): readonly AuditFinding[] {
  const table = nameOf(legacy)
  return loss.collisions.map(({ fields, keys, rows }) => ({
    check: 'collision',
    table,
    of: fields,
    rows,
    firstKey: keys[0] ?? '',
    values: [],
    problem: errors.ROWS_COLLIDE.problem({ table, of: fields, rows, keys: keys.join(', ') }),
  }))
}
