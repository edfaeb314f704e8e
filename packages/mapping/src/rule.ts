import { bug } from '@changeover/errors'
import type { ColumnType } from './column-type.ts'
import type { Mapping } from './mapping.ts'
import type { Sql } from './sql.ts'
import type { Table } from './table.ts'
import type { Value } from './value.ts'

/**
 * A rule is data: which kind, with which parameters. What it means is written in the file of its kind.
 * `Gives` are the legacy fields it gives back on the way home (or drops by name), `Writes` the target fields it writes.
 */
export interface Rule<Gives extends string = string, Writes extends string = string> {
  readonly kind: string
  readonly params: object
  /** Mappings that the rule refers to, by identity and not by value: they are part of its meaning, not of its data. */
  readonly refersTo?: readonly Mapping[]
  /** Carry type parameters for the compiler; never present at run time. */
  readonly gives?: Gives
  readonly writes?: Writes
}

/** Values by name: legacy fields by field name, target values by slot (`status`, `taskData.domain`). */
export type Row = Readonly<Record<string, Value>>

/** The same names, as SQL expressions. */
export type SqlRow = Readonly<Record<string, Sql>>

export interface Tables {
  readonly legacy: Table
  readonly target: Table
}

/** The expression of that name. A kind asks only for names of its own shape. */
export function at(row: SqlRow, name: string): Sql {
  const found = row[name]
  if (!found) throw bug(`a rule kind asked for ${name}, which is not in its shape`)
  return found
}

/** What a rule touches. Types are those that the rule's functions take and give; storage in JSON is not the rule's concern. */
export interface Shape {
  /** Legacy fields that the forward functions take. */
  readonly reads: readonly string[]
  /** Legacy fields that the backward functions give. */
  readonly restores: readonly string[]
  /** Legacy fields given up by name. */
  readonly drops?: readonly string[]
  /** Legacy fields that hold a key of another mapping's legacy row, with that mapping's name (`self` for the own one). */
  readonly references?: Readonly<Record<string, string>>
  /** Slots in which a reference keeps its legacy key beside the twin, by field: emptied when the row of that key goes. */
  readonly keeps?: Readonly<Record<string, string>>
  /** Target slots that the forward functions give and the backward functions take, with their types. */
  readonly writes: Readonly<Record<string, ColumnType>>
  /** Slots of other rules that the backward functions take besides, with their types. */
  readonly takes?: Readonly<Record<string, ColumnType>>
  /** Slots that hold a legacy field always and exactly as it is, with that field: in place they are its own column. */
  readonly same?: Readonly<Record<string, string>>
}

/**
 * How much of one side survives on the other.
 * `all`: nothing is lost. `residue`: nothing is lost, since what has no place is kept in the slots named.
 * `part`: two different values can become one; `why` says which.
 */
export type Holding =
  | { readonly holds: 'all' }
  | { readonly holds: 'residue'; readonly in: readonly string[] }
  | { readonly holds: 'part'; readonly why: string }

/** `forward`: what the target keeps of the legacy row. `backward`: what the legacy row keeps of the target. */
export interface Loss {
  readonly forward: Holding
  readonly backward: Holding
}

/** What row functions may ask besides the row. */
export interface RowScope {
  /** The target key of the row that the named mapping made from this legacy key, or null. */
  twin(mapping: string, legacyKey: Value): Value
  /** The legacy key behind this target key under the named mapping, or null. */
  original(mapping: string, targetKey: Value): Value
  /** One field of the row of a table that has these values, or null. */
  find(table: Table, by: Row, take: string): Value
}

/** The same questions in SQL. Each answer is a scalar expression. */
export interface SqlScope {
  twin(mapping: string, legacyKey: Sql): Sql
  original(mapping: string, targetKey: Sql): Sql
}

/** A setting under which the law suite tries a kind: two tables, the rule between them, and inputs beyond the usual nasty values. */
export interface LawExample {
  readonly name: string
  readonly legacy: Table
  readonly target: Table
  readonly rules: readonly Rule[]
}

/**
 * A rule kind owns all its meanings side by side. Row and SQL functions take the same arguments in the same order and must
 * agree; `mapping/testing` proves it. Functions are pure: no clock, no environment, inputs are not changed.
 */
export interface RuleKind<Params extends object = object> {
  readonly kind: string
  shape(params: Params, tables: Tables): Shape
  /** What does not fit, each as one sentence. Called before anything else is. */
  check?(params: Params, tables: Tables): readonly string[]

  forward(params: Params, legacy: Row, scope: RowScope, shape: Shape): Row
  forwardSql(params: Params, legacy: SqlRow, scope: SqlScope, shape: Shape): SqlRow
  backward(params: Params, target: Row, scope: RowScope, shape: Shape): Row
  backwardSql(params: Params, target: SqlRow, scope: SqlScope, shape: Shape): SqlRow

  /**
   * Whether the values on the way forward are ones that the rule can map. Absent: it maps everything. NULL counts as no.
   * `fails` is the end of a sentence about the row: "has a value outside the map".
   */
  readonly accepts?: Acceptance<Params>
  readonly acceptsBack?: Acceptance<Params>

  /** Values that the rule keeps, but cannot place: they are reported until somebody decides. */
  readonly aside?: Aside<Params>

  loss(params: Params, tables: Tables): Loss
  /** One short phrase for the field-mapping reference. */
  doc(params: Params): string
  /** Values worth trying, beside those of the types. */
  inputs?(params: Params): Inputs
  /** At least one, covering every branch. */
  readonly examples: readonly LawExample[]
}

/** Values for legacy fields and for target slots, which may have the same names. */
export interface Inputs {
  readonly legacy?: Readonly<Record<string, readonly Value[]>>
  readonly target?: Readonly<Record<string, readonly Value[]>>
}

export interface Acceptance<Params> {
  fails(params: Params): string
  row(params: Params, row: Row, scope: RowScope, shape: Shape): boolean
  sql(params: Params, row: SqlRow, scope: SqlScope, shape: Shape): Sql
}

/**
 * Values that a rule keeps aside because the target has no place for them yet. Nothing is lost and nothing is wrong, but
 * somebody has to decide: a finding of its own, counted by value and context.
 */
export interface Aside<Params> {
  /** The legacy field that holds the value. */
  field(params: Params): string
  /** Further legacy fields by which it is to be counted, like a tenant. */
  context(params: Params): readonly string[]
  row(params: Params, legacy: Row, scope: RowScope): boolean
  /** TRUE for such rows and never NULL. */
  sql(params: Params, legacy: SqlRow, scope: SqlScope): Sql
  /** What may have been meant, as text; NULL where there is not exactly one thing near. Said to people, and never acted on. */
  suggestion?(params: Params, legacy: SqlRow): Sql
}

/** Makes a rule: frozen through and through. */
export function rule<Gives extends string, Writes extends string>(
  kind: string,
  params: object,
  refersTo?: readonly Mapping[],
): Rule<Gives, Writes> {
  return Object.freeze({ kind, params: deepFreeze(params), ...(refersTo ? { refersTo } : {}) })
}

/** What a rule is called in messages, findings and quarantine: its kind and the legacy fields (or target slots) it speaks of. */
export function ruleLabel(of: Rule, shape: Shape): string {
  const names =
    shape.restores.length > 0
      ? shape.restores
      : shape.reads.length > 0
        ? shape.reads
        : Object.keys(shape.writes)
  return `${of.kind}(${names.join(', ')})`
}

/** Freezes a value and everything in it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    Object.values(value).forEach(deepFreeze)
  }
  return value
}

/** The root field of a slot: `taskData.domain` → `taskData`. */
export type Root<S extends string> = S extends `${infer Field}.${string}` ? Field : S
