import { encode } from '../codec.ts'
import { type ColumnType, typeText } from '../column-type.ts'
import { type CompiledRule, compileRules, type Direction, type Frame, givenSql } from '../compile.ts'
import type { Row } from '../rule.ts'
import { subqueryScope } from '../scope.ts'
import type { Slot } from '../slot.ts'
import { any, ident, join, literal, type Sql, sql } from '../sql.ts'
import type { Field } from '../table.ts'
import type { Value } from '../value.ts'
import type { Query } from './law.ts'
import { columnsOf, differsIn, rowSource, rowsParam, textsOf, unsized } from './row-source.ts'
import { onStage } from './stage.ts'
import { type Attempt, storedIn, type Trial } from './trial.ts'

/** Something wrong with a row, in words. */
export interface Finding {
  readonly rule: string
  readonly detail: string
}

/**
 * Compares what the SQL functions of a rule make of each row with what its row functions made: refusals and values, on
 * native types, in PostgreSQL, under several session settings.
 */
export async function disagreements(
  query: Query,
  trials: readonly Trial[],
  direction: Direction,
): Promise<readonly Finding[]> {
  const found = new Map<Trial, Finding>()
  const [first] = trials
  if (!first) return []
  await onStage(query, first.universe, async () => {
    for (const trial of trials) {
      const finding = found.has(trial) ? undefined : await disagreement(query, trial, direction)
      if (finding) found.set(trial, finding)
    }
  })
  return [...found.values()]
}

async function disagreement(query: Query, trial: Trial, direction: Direction): Promise<Finding | undefined> {
  const { alone, resolved } = trial
  const attempts = trial[direction]
  const frame = { legacy: 'given', target: 'given', scope: subqueryScope(alone) }
  const compiled = compileRules(alone, direction, frame)[0]
  if (!compiled || attempts.length === 0) return undefined
  const from = direction === 'forward' ? alone.legacy : alone.target
  const fields = Object.values(from.fields).filter(({ name }) => attempts.some(({ given }) => name in given))
  const slots = compiled.writes.map(({ slot }) => slot)
  const rows = attempts.map(({ given, made }) => [
    ...textsOf(given, fields),
    String(made === undefined),
    String(isAside(trial, direction, given)),
    ...slots.map((slot) => (made ? storedText(slot, storedIn(made, slot)) : null)),
  ])
  await query('SAVEPOINT comparison')
  try {
    const { rows: wrong } = await query(
      comparison(fields, compiled, asideSql(trial, direction, frame)).text,
      [rowsParam(rows)],
    )
    return described(resolved.label, attempts, slots, wrong)
  } catch (error) {
    await query('ROLLBACK TO SAVEPOINT comparison')
    return { rule: resolved.label, detail: `${direction}Sql raises an error: ${String(error)}` }
  }
}

function isAside({ resolved, universe }: Trial, direction: Direction, given: Row): boolean {
  const { kind, rule } = resolved
  return direction === 'forward' && kind.aside?.row(rule.params, given, universe.scope) === true
}

function asideSql({ resolved, alone }: Trial, direction: Direction, frame: Frame): Sql {
  const { kind, rule } = resolved
  if (direction === 'backward' || !kind.aside) return sql`FALSE`
  return kind.aside.sql(rule.params, givenSql(alone, resolved, direction, frame), frame.scope)
}

function comparison(fields: readonly Field[], { writes, refusals }: CompiledRule, aside: Sql): Sql {
  const columns = fields.map(({ column, type }) => ({ name: column, type: typeText(type) }))
  const expected = [
    { name: 'refused', type: 'boolean' },
    { name: 'aside', type: 'boolean' },
    ...writes.map(({ slot }, index) => ({ name: `e${index}`, type: unsized(storedType(slot)) })),
  ]
  const refused = any(refusals.map(({ when }) => when))
  const whens = [
    sql`WHEN (${refused}) IS NULL THEN 'SQL neither refuses nor accepts'`,
    sql`WHEN (${refused}) AND NOT expected.refused THEN 'SQL refuses what the row function accepts'`,
    sql`WHEN expected.refused AND NOT (${refused}) THEN 'the row function refuses what SQL accepts'`,
    sql`WHEN (${aside}) IS DISTINCT FROM expected.aside THEN 'SQL and row function differ in what they keep aside'`,
    ...writes.map(({ slot, value }, index) => {
      const differ = differsIn(storedType(slot), value, ident('expected', `e${index}`))
      return sql`WHEN NOT expected.refused AND ${differ} THEN ${literal(`SQL and row function differ in ${slot.ref}`)}`
    }),
  ]
  const got = writes.map(({ value }) => sql`COALESCE((${value})::text, 'NULL')`)
  return sql`SELECT * FROM (SELECT s.n::integer AS n, concat_ws(' | ', ${join([sql`NULL`, ...got])}) AS got, CASE ${join(whens, ' ')} END AS wrong
    FROM ${rowSource} ${columnsOf(columns, 'given')} ${columnsOf(expected, 'expected', fields.length)}) AS each WHERE wrong IS NOT NULL`
}

/** The shortest of the rows that are wrong. */
function described(
  rule: string,
  attempts: readonly Attempt[],
  slots: readonly Slot[],
  wrong: readonly Readonly<Record<string, unknown>>[],
): Finding | undefined {
  const cases = wrong.map((each) => {
    const { given = {}, made } = attempts[Number(each['n']) - 1] ?? {}
    const rows = made
      ? slots.map((slot) => storedText(slot, storedIn(made, slot)) ?? 'NULL').join(' | ')
      : 'refused'
    return `${String(each['wrong'])}: SQL ${String(each['got'])}, row function ${rows}, of ${JSON.stringify(given)}`
  })
  const [shortest] = cases.toSorted((left, right) => left.length - right.length)
  return shortest === undefined
    ? undefined
    : { rule, detail: `${cases.length} of ${attempts.length} rows, such as this. ${shortest}` }
}

/** What is under a JSON key is compared as jsonb, a column on its own type. */
export function storedType({ field, jsonKey }: Slot): ColumnType {
  return jsonKey === undefined ? field.type : { base: 'jsonb' }
}

/** The text of what a slot stores; undefined, an absent JSON key, is NULL. */
export function storedText(slot: Slot, value: Value | undefined): string | null {
  if (value === undefined) return null
  return slot.jsonKey === undefined ? encode(slot.field.type, value) : JSON.stringify(value)
}
