import type { ColumnType } from './column-type.ts'
import { valueSql } from './literal-value.ts'
import { at, type Row, type SqlRow } from './rule.ts'
import { all, join, literal, type Sql, sql } from './sql.ts'
import type { Value } from './value.ts'

/** A value that a decision compares with. */
type Plain = string | number | boolean | null

/** Values of some of the fields. */
type Patch<F extends string = string> = { readonly [K in F]?: Plain }

/** The slot that keeps each field. */
export type Kept<F extends string = string> = { readonly [K in F]: string }

/** Several fields that decide one value, and how that value reads as fields again. */
export interface Decision<F extends string = string, S extends string = string, R = Kept<F>> {
  readonly fields: readonly F[]
  readonly slot: S
  /** The first case decides whose fields all have these values; null means NULL. */
  readonly cases: readonly { readonly when: Patch<NoInfer<F>>; readonly is: string }[]
  readonly otherwise: string
  /** Slots that keep the fields exactly. */
  readonly residue: R
  /**
   * How a target value reads: as the first patch that, laid over the residue, decides to that value.
   * The last patch of a list names every field, so that a row without residue has a reading.
   * A value that no case decides to, like `cancelled`, reads as its last patch; one that is not listed as `otherwise` does.
   */
  readonly backward: Readonly<Record<string, readonly Patch<NoInfer<F>>[]>>
}

/** What the fields decide to. */
export function decided({ cases, otherwise }: Decision, row: Row): string {
  const found = cases.find(({ when }) =>
    Object.entries(when).every(([name, value]) => (row[name] ?? null) === value),
  )
  return found?.is ?? otherwise
}

/** SQL twin of {@link decided}. */
export function decidedSql({ cases, otherwise }: Decision, row: SqlRow): Sql {
  const whens = cases.map(
    ({ when, is }) =>
      sql`WHEN ${all(Object.entries(when).map(([name, value]) => has(at(row, name), value)))} THEN ${literal(is)}`,
  )
  return sql`CASE ${join(whens, ' ')} ELSE ${literal(otherwise)} END`
}

function has(field: Sql, value: Plain | undefined): Sql {
  return value === null || value === undefined ? sql`${field} IS NULL` : sql`${field} = ${literal(value)}`
}

/** The values that the fields can decide to. */
export function outcomes({ cases, otherwise }: Decision): readonly string[] {
  return [...new Set([...cases.map(({ is }) => is), otherwise])]
}

/** The patches that read a target value, the complete one last. */
function readings({ backward, otherwise }: Decision, value: Value): readonly Patch[] {
  const listed = typeof value === 'string' && Object.hasOwn(backward, value)
  return (listed ? backward[value] : backward[otherwise]) ?? []
}

/** Values of a patch as SQL, each of its field's type. */
function patchSql(patch: Patch | undefined, typeOf: (field: string) => ColumnType): SqlRow {
  return Object.fromEntries(
    Object.entries(patch ?? {}).map(([name, value]) => [name, valueSql(value ?? null, typeOf(name))]),
  )
}

/**
 * The fields as a target row reads: the residue, or the first patch over it that decides to the target's value, in either
 * case with every required field; otherwise the complete patch.
 */
export function readingOf(decision: Decision, target: Row, required: readonly string[]): Row {
  const { fields, slot, residue } = decision
  const wanted = target[slot] ?? null
  const patches = readings(decision, wanted)
  const kept = Object.fromEntries(fields.map((name) => [name, target[residue[name] ?? ''] ?? null]))
  const fitting = [{}, ...patches]
    .map((patch) => ({ ...kept, ...(patch as Row) })) // a patch has no undefined values
    .find((row) => required.every((name) => row[name] !== null) && decided(decision, row) === wanted)
  return fitting ?? { ...(patches.at(-1) as Row) } // the last one is complete
}

/** SQL twin of {@link readingOf}. */
export function readingSql(
  decision: Decision,
  target: SqlRow,
  required: readonly string[],
  typeOf: (field: string) => ColumnType,
): SqlRow {
  const { fields, slot, backward, otherwise, residue } = decision
  const wanted = at(target, slot)
  const kept = Object.fromEntries(fields.map((name) => [name, at(target, residue[name] ?? '')]))
  const fitting = (patch: Patch) => {
    const row = { ...kept, ...patchSql(patch, typeOf) }
    const present = required.map((name) => sql`${at(row, name)} IS NOT NULL`)
    return { row, when: all([...present, sql`${decidedSql(decision, row)} = ${wanted}`]) }
  }
  const read = Object.entries(backward).flatMap(([value, patches]) => {
    const here = sql`${wanted} = ${literal(value)}`
    const partial = patches.slice(0, -1).map(fitting)
    const last = { row: patchSql(patches.at(-1), typeOf), when: here }
    return [...partial.map(({ row, when }) => ({ row, when: all([here, when]) })), last]
  })
  const rest = patchSql(readings(decision, otherwise).at(-1), typeOf)
  return Object.fromEntries(
    fields.map((name) => {
      const whens = [fitting({}), ...read].map(({ row, when }) => sql`WHEN ${when} THEN ${at(row, name)}`)
      return [name, sql`CASE ${join(whens, ' ')} ELSE ${at(rest, name)} END`]
    }),
  )
}

/** The cases in words. */
export function casesShown({ cases, otherwise }: Decision): string {
  return [...cases.map(({ when, is }) => `${shown(when)} → ${is}`), otherwise].join('; else ')
}

/** Why the legacy side does not hold every target value, in words. */
export function unheld(decision: Decision): string {
  const only = Object.keys(decision.backward).filter((value) => !outcomes(decision).includes(value))
  const read = only.map((value) => `${value} reads as ${shown(readings(decision, value).at(-1) ?? {})}`)
  return read.length > 0
    ? read.join(', ')
    : `${Object.values(decision.residue).join(', ')} may be stale or absent`
}

function shown(patch: Patch): string {
  return Object.entries(patch)
    .map(([name, value]) => `${name} = ${value}`)
    .join(' and ')
}
