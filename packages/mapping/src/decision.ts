import type { ColumnType } from './column-type.ts'
import { isComparable, isValueOf, valueSql } from './literal-value.ts'
import { at, type Row, type SqlRow } from './rule.ts'
import { all, join, literal, type Sql, sql } from './sql.ts'
import { fieldNamed, type Table } from './table.ts'
import type { Value } from './value.ts'

/** A value that a decision compares with. */
export type Plain = string | number | boolean | null

/** Values of some of the fields. */
export type Patch<F extends string = string> = { readonly [K in F]?: Plain }

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
export function readings({ backward, otherwise }: Decision, value: Value): readonly Patch[] {
  const listed = typeof value === 'string' && Object.hasOwn(backward, value)
  return (listed ? backward[value] : backward[otherwise]) ?? []
}

/** Values of a patch as SQL, each of its field's type. */
export function patchSql(patch: Patch | undefined, typeOf: (field: string) => ColumnType): SqlRow {
  return Object.fromEntries(
    Object.entries(patch ?? {}).map(([name, value]) => [name, valueSql(value ?? null, typeOf(name))]),
  )
}

/** The values, besides null, that a decision speaks of for a field. */
export function valuesOf({ cases, backward }: Decision, field: string): readonly Value[] {
  const patches = [...cases.map(({ when }) => when), ...Object.values(backward).flat()]
  return [...new Set(patches.flatMap((patch) => patch[field] ?? []))]
}

/** What is wrong with a decision over a table, each as one sentence. */
export function unsound(decision: Decision, legacy: Table): readonly string[] {
  return [...incomplete(decision), ...decision.fields.flatMap((name) => wrongValues(decision, name, legacy))]
}

function wrongValues(decision: Decision, name: string, legacy: Table): readonly string[] {
  const { type, nullable } = fieldNamed(legacy, name)
  if (!isComparable(type))
    return [`${name} is of a type that cannot be compared; JSON, floats and numeric without scale are.`]
  const wrong = valuesOf(decision, name).filter((value) => !isValueOf(type, value))
  const never =
    !nullable &&
    Object.values(decision.backward).some((patches) => patches.some((patch) => patch[name] === null))
  return [
    ...wrong.map((value) => `${JSON.stringify(value)} is no value of ${name}.`),
    ...(never ? [`${name} cannot read as null.`] : []),
  ]
}

function incomplete(decision: Decision): readonly string[] {
  const { fields, cases, residue, backward } = decision
  const known = new Set<string>(fields)
  const strangers = [...cases.map(({ when }) => when), ...Object.values(backward).flat(), residue]
    .flatMap((part) => Object.keys(part))
    .filter((name) => !known.has(name))
  const unkept = fields.filter((name) => !Object.hasOwn(residue, name))
  const shared = new Set(Object.values(residue)).size < Object.values(residue).length
  return [
    ...(cases.length === 0 ? ['it has no case.'] : []),
    ...[...new Set(strangers)].map((name) => `${name} is not among its fields.`),
    ...unkept.map((name) => `${name} has no slot in residue.`),
    ...(shared ? ['two fields share one slot in residue.'] : []),
    ...new Set(
      [...outcomes(decision), ...Object.keys(backward)].flatMap((value) => unreadable(decision, value)),
    ),
  ]
}

function unreadable(decision: Decision, value: string): readonly string[] {
  const last = Object.hasOwn(decision.backward, value) ? decision.backward[value]?.at(-1) : undefined
  if (!last) return [`backward does not say how '${value}' reads.`]
  const missing = decision.fields.filter((name) => last[name] === undefined)
  if (missing.length > 0) return [`the last reading of '${value}' does not give ${missing.join(', ')}.`]
  const is = decided(decision, last as Row)
  if (is === value || !outcomes(decision).includes(value)) return []
  return [`the last reading of '${value}' decides to '${is}'.`]
}
