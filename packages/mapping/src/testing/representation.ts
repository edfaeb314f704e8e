import { typeText } from '../column-type.ts'
import type { Mapping, ResolvedRule } from '../mapping.ts'
import { representableSql } from '../representable.ts'
import { deepFreeze, type Row } from '../rule.ts'
import { subqueryScope } from '../scope.ts'
import { ident, join, sql } from '../sql.ts'
import type { Value } from '../value.ts'
import { type Finding, storedText, storedType } from './agreement.ts'
import { store } from './inputs.ts'
import type { Query } from './law.ts'
import { columnsOf, differsIn, rowSource, rowsParam, textsOf } from './row-source.ts'
import { onStage } from './stage.ts'
import { backwardRow, forwardRow, storedIn, type Trial } from './trial.ts'

/**
 * Target rows of which SQL says wrongly that the legacy shape can hold them, or that it cannot. Whole rows: each rule's part
 * comes from the rows that the rule accepts, now and then from one that it does not.
 */
export async function misjudged(
  query: Query,
  mapping: Mapping,
  trials: readonly Trial[],
): Promise<readonly Finding[]> {
  const universe = trials[0]?.universe
  const rows = wholeRows(trials)
  if (!universe || rows.length === 0) return []
  const fields = Object.values(mapping.target.fields).filter(({ name }) => rows.some((row) => name in row))
  const kept = mapping.rules
    .filter((each) => isRead(mapping, each))
    .flatMap(({ slots }) => slots.map(({ slot }) => slot))
  const texts = (row: Row) => kept.map((slot) => storedText(slot, storedIn(row, slot)))
  const judged = rows.map((row) => {
    const back = backwardRow(mapping, row, universe)
    const again = back && forwardRow(mapping, back, universe, row)
    return [
      ...textsOf(row, fields),
      String(again === undefined),
      ...texts(row),
      ...(again ? texts(again) : kept.map(() => null)),
    ]
  })
  const names = (prefix: string) =>
    kept.map((slot, index) => ({ name: `${prefix}${index}`, type: typeText(storedType(slot)) }))
  const given = columnsOf(
    fields.map(({ column, type }) => ({ name: column, type: typeText(type) })),
    't',
  )
  const compared = columnsOf(
    [{ name: 'refused', type: 'boolean' }, ...names('a'), ...names('b')],
    'judged',
    fields.length,
  )
  const changes = kept.map((slot, index) =>
    differsIn(storedType(slot), ident('judged', `a${index}`), ident('judged', `b${index}`)),
  )
  const survives = sql`NOT (${join([sql`judged.refused`, ...changes], ' OR ')})`
  const holds = representableSql(mapping, 't', subqueryScope(mapping))
  const statement = sql`SELECT * FROM (SELECT s.n::integer AS n, ${survives} AS survives, ${holds} AS holds FROM ${rowSource} ${given} ${compared}) AS each WHERE survives IS DISTINCT FROM holds`
  const wrong: Finding[] = []
  await onStage(query, universe, async () => {
    if (wrong.length > 0) return
    const result = await query(statement.text, [rowsParam(judged)])
    const cases = result.rows.map(
      ({ n, survives, holds }) =>
        `survives: ${String(survives)}, SQL: ${String(holds)}, ${JSON.stringify(rows[Number(n) - 1])}`,
    )
    const [shortest] = cases.toSorted((left, right) => left.length - right.length)
    if (shortest !== undefined)
      wrong.push({
        rule: mapping.name,
        detail: `${cases.length} of ${rows.length} rows, such as this. ${shortest}`,
      })
  })
  return wrong
}

/** Whether the legacy row that comes back has all that the rule reads: a rule over dropped fields proves nothing. */
function isRead({ rules, legacy }: Mapping, { shape }: ResolvedRule): boolean {
  return shape.reads.every(
    (name) => legacy.key.includes(name) || rules.some((each) => each.shape.restores.includes(name)),
  )
}

/** The expression over a whole row is long; each rule was tried on more rows before. */
const mostRows = 150

function wholeRows(trials: readonly Trial[]): readonly Row[] {
  const accepted = trials.map(({ backward }) => backward.filter(({ made }) => made).map(({ given }) => given))
  const most = Math.min(mostRows, Math.max(0, ...accepted.map((rows) => rows.length)))
  return Array.from({ length: most }, (_unused, index) => {
    const row: Record<string, Value> = { ...accepted[0]?.[index % Math.max(1, accepted[0].length)] }
    trials.forEach(({ resolved, backward }, at) => {
      const pool = (index + at) % 7 === 0 ? backward.map(({ given }) => given) : (accepted[at] ?? [])
      const part = pool[(index * (at + 7)) % Math.max(1, pool.length)]
      for (const { slot } of resolved.slots) if (part) store(row, slot, storedIn(part, slot))
    })
    return deepFreeze(row)
  })
}
