import { type ColumnType, columnType } from './column-type.ts'
import { constantDefault } from './default-value.ts'
import { errors } from './errors.ts'
import { deepFreeze } from './rule.ts'
import type { Value } from './value.ts'

/** One column. `optional` says that an insert may leave it out: it is nullable or has a default. */
export interface Field {
  readonly name: string
  readonly column: string
  readonly type: ColumnType
  readonly nullable: boolean
  readonly optional: boolean
  /** GENERATED ALWAYS AS (…) STORED and its like: can be read, never written. */
  readonly generated: boolean
  /** What the table gives a row that leaves the column out, where that is always the same and known. Never null. */
  readonly defaultValue?: Value
}

/** Rows of the table that a mapping speaks of: each named field has one of these values. */
export type Where = Readonly<Record<string, readonly (string | number | boolean)[]>>

/**
 * A table behind a view, and how one of its rows tells the key of the view's row: by fields of its own, or through a row of
 * another table, whose `field` holds what this row has in `own`.
 */
export interface Source {
  readonly table: Table
  /** The fields that hold the view's key, in its order; of `through` where that is given. */
  readonly key: readonly string[]
  readonly through?: { readonly table: Table; readonly field: string; readonly own: string }
  /** The field of the view in which its rows stand as a JSON list, in the order of their `position`. */
  readonly list?: { readonly field: string; readonly position: string }
  /** A table that both models use: its changes count while legacy leads, it may be written whoever leads, and it stays when legacy goes. */
  readonly shared?: true
}

/**
 * A table as data: what the folds need to know of it.
 * `F` are the names of its fields, `Required` those that every insert must give, `Key` those that identify a row.
 */
export interface Table<F extends string = string, Required extends F = F, Key extends F = F> {
  readonly name: string
  readonly schema: string | undefined
  readonly fields: Readonly<Record<F, Field>>
  readonly key: readonly Key[]
  /** Unique sets of fields besides the key. */
  readonly unique: readonly (readonly F[])[]
  readonly where: Where
  /** Pairs of fields of which the first is never after the second, where a row has both. Rows that break it are mapped as they are; the audit reports them. */
  readonly ordered?: readonly (readonly [F, F])[]
  /** Columns that no mapping carries, by their names in the database, each with the reason. */
  readonly leftOut?: Readonly<Record<string, string>>
  /** A view: the tables whose changes change its rows. Absent for a table. */
  readonly madeOf?: readonly Source[]
  /** Carries `Required` for the compiler; never present at run time. */
  readonly required?: Required
}

type Spec = Readonly<Record<string, string>>
type FieldsOf<S extends Spec> = keyof S & string
type RequiredOf<S extends Spec> = {
  [K in FieldsOf<S>]: S[K] extends `${string} not null` ? K : never
}[FieldsOf<S>]

export interface TableOptions<F extends string, Key extends F = F> {
  readonly key: readonly Key[]
  readonly schema?: string
  readonly unique?: readonly (readonly F[])[]
  readonly where?: Partial<Record<F, string | number | boolean | readonly (string | number | boolean)[]>>
  /** Pairs of fields of one type, like a start and an end, of which the first is never after the second: for the audit. */
  readonly ordered?: readonly (readonly [F, F])[]
  /**
   * Columns that no mapping carries, like those of a type that it cannot: by their names in the database, each with the reason.
   * They are read by nobody, and stay where they are.
   */
  readonly leftOut?: Readonly<Record<string, string>>
  /**
   * Says that this is a view, and of which tables. It must be lockable (no DISTINCT, GROUP BY or set operation at its top),
   * find a row by its key through an index, and have INSTEAD OF triggers for what is written to it.
   */
  readonly madeOf?: readonly Source[]
  /** Columns whose name is not the field's name in snake_case. */
  readonly columns?: Partial<Record<F, string>>
}

/**
 * Describes a table. A column is written as SQL writes it: type, `not null`, and `default` or `generated` where it has one.
 * With its constant (`default 'medium'`, `default 0`) a default is also what the way back gives a row that does not know the
 * column; without one, or with `now()` and its like, it says only that an insert may leave the column out.
 *
 * @example
 * table('customer', { id: 'bigint not null default', name: 'varchar(80) not null', email: 'text' }, { key: ['id'] }).key // => ['id']
 */
export function table<const S extends Spec, const Key extends FieldsOf<S>>(
  name: string,
  spec: S,
  options: TableOptions<FieldsOf<S>, Key>,
): Table<FieldsOf<S>, RequiredOf<S>, Key> {
  const fields = Object.entries(spec).map(([field, text]) => [
    field,
    fieldOf(field, text, options.columns?.[field as FieldsOf<S>] ?? snakeCase(field)),
  ])
  return freezeTable({ name, fields: Object.fromEntries(fields) as Record<FieldsOf<S>, Field>, ...options })
}

/** Completes and checks a description. Errors: MAPPING.FIELD_UNKNOWN, MAPPING.KEY_MISSING. */
export function freezeTable<F extends string, Required extends F, Key extends F>(
  parts: { readonly name: string; readonly fields: Readonly<Record<F, Field>> } & TableOptions<F, Key>,
): Table<F, Required, Key> {
  const where = Object.entries(parts.where ?? {}).map(([field, value]) => [
    field,
    Array.isArray(value) ? value : [value],
  ])
  const named = [...parts.key, ...(parts.unique ?? []).flat(), ...where.map(([field]) => String(field))]
  for (const field of named)
    if (!(field in parts.fields)) throw errors.FIELD_UNKNOWN({ field, table: parts.name })
  if (parts.key.length === 0) throw errors.KEY_MISSING({ table: parts.name })
  for (const [earlier, later] of parts.ordered ?? [])
    comparable(
      parts.name,
      fieldIn(parts.name, parts.fields, earlier),
      fieldIn(parts.name, parts.fields, later),
    )
  for (const source of parts.madeOf ?? []) sourceFits(parts.name, source, parts.key.length)
  return Object.freeze({
    name: parts.name,
    schema: parts.schema,
    fields: Object.freeze({ ...parts.fields }),
    key: Object.freeze([...parts.key]),
    unique: Object.freeze([...(parts.unique ?? [])]),
    where: Object.freeze(Object.fromEntries(where)) as Where,
    ...(parts.ordered === undefined ? {} : { ordered: Object.freeze([...parts.ordered]) }),
    ...(parts.leftOut === undefined ? {} : { leftOut: Object.freeze({ ...parts.leftOut }) }),
    ...(parts.madeOf === undefined ? {} : { madeOf: Object.freeze([...parts.madeOf]) }),
  })
}

function fieldIn(table: string, fields: Readonly<Record<string, Field>>, name: string): Field {
  const field = fields[name]
  if (!field) throw errors.FIELD_UNKNOWN({ field: name, table })
  return field
}

function comparable(table: string, earlier: Field, later: Field): void {
  if (earlier.type.base !== later.type.base)
    throw errors.ORDER_MISFIT({ table, earlier: earlier.name, later: later.name })
}

function sourceFits(view: string, { table: own, key, through, list }: Source, width: number): void {
  for (const name of key) fieldNamed(through?.table ?? own, name)
  if (through)
    for (const [of, name] of [
      [through.table, through.field],
      [own, through.own],
    ] as const)
      fieldNamed(of, name)
  if (list) fieldNamed(own, list.position)
  if (key.length !== width) throw errors.SOURCE_MISFIT({ view, table: own.name, key: key.join(', ') })
}

/** The field of that name. Errors: MAPPING.FIELD_UNKNOWN. */
export function fieldNamed(of: Table, name: string): Field {
  return fieldIn(of.name, of.fields, name)
}

/** `dueDate` → `due_date`, the convention of both MikroORM and the reference systems. */
export function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
}

function fieldOf(name: string, text: string, column: string): Field {
  const match = /^(.+?)(\s+not null)?(?:\s+(default|generated)(?:\s+(.+))?)?$/s.exec(text.trim())
  const suffix = match?.[3]
  const nullable = match?.[2] === undefined
  const type = Object.freeze(columnType(match?.[1] ?? text))
  return Object.freeze({
    name,
    column,
    type,
    nullable,
    optional: nullable || suffix !== undefined,
    generated: suffix === 'generated',
    ...defaultOf(type, suffix === 'default' ? match?.[4] : undefined),
  })
}

/** The default of a field from its expression, where it is a constant. */
export function defaultOf(type: ColumnType, expression: string | undefined): Pick<Field, 'defaultValue'> {
  const value = expression === undefined ? undefined : constantDefault(type, expression)
  return value === undefined ? {} : { defaultValue: deepFreeze(value) }
}
