import { type ColumnType, typeText } from '../column-type.ts'
import type { Row } from '../rule.ts'
import { readRow, writeRow } from '../slot.ts'
import { ident, join, sql } from '../sql.ts'
import { fieldNamed } from '../table.ts'
import { type Finding, storedText, storedType } from './agreement.ts'
import type { Query } from './law.ts'
import { columnsOf, differsIn, rowSource, rowsParam, textOf } from './row-source.ts'
import { backwardRow, forwardRow, storedIn, type Trial } from './trial.ts'

/** Two rows of which PostgreSQL is asked whether they are the same; `again` is undefined where the second way refuses. */
interface Pair {
  readonly given: Row
  readonly before: readonly (string | null)[]
  readonly again: readonly (string | null)[] | undefined
}

/**
 * Law 1: what comes back is the legacy row. Where the rule says that it keeps only a part, what comes back once comes back
 * the same again.
 */
export async function legacyRoundTrips(query: Query, trials: readonly Trial[]): Promise<readonly Finding[]> {
  return await eachTrial(trials, (trial) => {
    const { resolved, alone, universe } = trial
    const fields = resolved.shape.restores.map((name) => fieldNamed(alone.legacy, name))
    const texts = (row: Row) => fields.map(({ name, type }) => textOf(type, row[name] ?? null))
    const pairs = trial.forward.flatMap(({ given, made }): readonly Pair[] => {
      if (!made) return []
      const back = backwardRow(alone, made, universe)
      if (!back || resolved.loss.forward.holds !== 'part')
        return [{ given, before: texts(given), again: back && texts(back) }]
      const settled = { ...given, ...back }
      const there = forwardRow(alone, settled, universe)
      const again = there && backwardRow(alone, there, universe)
      return [{ given, before: texts(back), again: again && texts(again) }]
    })
    return compare(query, resolved.label, fields, pairs)
  })
}

/**
 * Law 2: a target row that the way back accepts comes out of the way there as it was. Where the rule says that the legacy
 * shape keeps only a part, what comes out once comes out the same again.
 */
export async function targetRoundTrips(query: Query, trials: readonly Trial[]): Promise<readonly Finding[]> {
  return await eachTrial(trials, (trial) => {
    const { resolved } = trial
    const slots = resolved.slots.map(({ slot }) => slot)
    if (slots.length === 0) return undefined // it has no part in the target
    const texts = (row: Row) => slots.map((slot) => storedText(slot, storedIn(row, slot)))
    const keepsAll = resolved.loss.backward.holds !== 'part'
    const pairs = trial.backward.flatMap(({ given, made }, index): readonly Pair[] => {
      if (!made || (keepsAll && !isOfItsTypes(trial, given))) return []
      const there = thereAgain(trial, given, index)
      if (there === 'refused before') return []
      if (keepsAll) return [{ given, before: texts(given), again: there && texts(there) }]
      if (!there) return []
      const again = thereAgain(trial, there, index)
      return [
        {
          given,
          before: texts(there),
          again: again && again !== 'refused before' ? texts(again) : undefined,
        },
      ]
    })
    const columns = slots.map((slot) => ({ name: slot.ref, type: storedType(slot) }))
    return compare(query, resolved.label, columns, pairs)
  })
}

/** Back and there again. What the rule reads and nobody gives back stays as in some legacy row. */
function thereAgain(
  { withGivers, forward, universe }: Trial,
  target: Row,
  index: number,
): Row | undefined | 'refused before' {
  const back = backwardRow(withGivers, target, universe)
  if (!back) return 'refused before'
  const context = forward[index % Math.max(1, forward.length)]?.given
  return forwardRow(withGivers, { ...context, ...back }, universe, target)
}

/** JSON of another shape than the rule's type reads as NULL, which no way back can keep. */
function isOfItsTypes({ resolved }: Trial, target: Row): boolean {
  return resolved.slots.every(({ slot, type }) => {
    const again = writeRow(slot, type, readRow(slot, type, target))
    return storedText(slot, again) === storedText(slot, storedIn(target, slot))
  })
}

async function eachTrial(
  trials: readonly Trial[],
  check: (trial: Trial) => Promise<Finding | undefined> | undefined,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const trial of trials) {
    const finding = await check(trial)
    if (finding) findings.push(finding)
  }
  return findings
}

async function compare(
  query: Query,
  rule: string,
  columns: readonly { readonly name: string; readonly type: ColumnType }[],
  pairs: readonly Pair[],
): Promise<Finding | undefined> {
  const refused = pairs.filter(({ again }) => !again)
  const both = pairs.filter(({ again }) => again)
  const changed = columns.length === 0 || both.length === 0 ? [] : await differing(query, columns, both)
  const cases = [...refused, ...changed].map(
    ({ given, before, again }) =>
      `${JSON.stringify(given)} ${again ? `comes back as ${JSON.stringify(again)} and not ${JSON.stringify(before)}` : 'is refused on the second way'}`,
  )
  const [shortest] = cases.toSorted((left, right) => left.length - right.length)
  return shortest === undefined
    ? undefined
    : {
        rule,
        detail: `${cases.length} of ${pairs.length} rows, such as this (${columns.map(({ name }) => name).join(', ')}). ${shortest}`,
      }
}

async function differing(
  query: Query,
  columns: readonly { readonly name: string; readonly type: ColumnType }[],
  pairs: readonly Pair[],
): Promise<readonly Pair[]> {
  const side = (name: string, offset: number) =>
    columnsOf(
      columns.map(({ type }, index) => ({ name: `c${index}`, type: typeText(type) })),
      name,
      offset,
    )
  const differ = columns.map(({ type }, index) =>
    differsIn(type, ident('one', `c${index}`), ident('two', `c${index}`)),
  )
  const statement = sql`SELECT s.n::integer AS n FROM ${rowSource} ${side('one', 0)} ${side('two', columns.length)} WHERE ${join(differ, ' OR ')}`
  const { rows } = await query(statement.text, [
    rowsParam(pairs.map(({ before, again }) => [...before, ...(again ?? [])])),
  ])
  return rows.flatMap(({ n }) => pairs[Number(n) - 1] ?? [])
}
