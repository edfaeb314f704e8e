import type { Queryable } from '@changeover/database'
import type { Problem } from '@changeover/errors'
import {
  columnType,
  constantDefault,
  type Field,
  hashOf,
  isInPlace,
  type Mapping,
  type Table,
  tableSql,
  typeText,
} from '@changeover/mapping'
import { errors } from './errors.ts'

/** A column as the database has it. `type` is the one behind a domain. */
interface Column {
  readonly place: number
  readonly name: string
  readonly type: string
  readonly nullable: boolean
  readonly generated: boolean
  /** Whether an insert must give it a value. */
  readonly required: boolean
  /** The expression of its default; null where it has none. */
  readonly default: string | null
  /** Views say nothing about NULL. */
  readonly isView: boolean
}

/** A table that a mapping speaks of, and whether the mapping gives every column of it a place. */
interface Described {
  readonly table: Table
  readonly whole: boolean
  /** In place: no row is ever made or taken away, so that a column which neither side describes stays as it is. */
  readonly inPlace?: boolean
}

/**
 * A hash of the columns on which the mapping depends: every one of the legacy table, with its default where the mapping says one,
 * and of the others those that the mapping knows or an insert must give. Equal as long as nothing has changed that could matter.
 *
 * Cost: one statement on the catalog, well below a millisecond. Takes no lock: read it in a transaction that has already used
 * the tables, so that nobody can change them before it ends.
 */
export async function schemaFingerprint(queryable: Queryable, mapping: Mapping): Promise<string> {
  const described = describedBy(mapping)
  const columns = await readColumns(queryable, described)
  return hashOf(
    columns.flatMap((column) => {
      const of = described[column.place]
      const field = of && fieldOf(of.table, column.name)
      if (field === undefined && (of?.inPlace === true || (!of?.whole && !column.required))) return []
      return [{ ...column, default: of?.whole && field?.defaultValue !== undefined ? column.default : null }]
    }),
  )
}

/**
 * What the mapping says of its tables and the database does not: missing tables, and columns that are missing, perhaps renamed,
 * of another type, nullable or not, with another default, or unknown to the mapping. Empty where they agree.
 *
 * Shape: SYNC.TABLE_MISSING, COLUMN_MISSING, COLUMN_RETYPED, COLUMN_NULLABILITY, COLUMN_DEFAULT, COLUMN_UNKNOWN. Cost: as for {@link schemaFingerprint}.
 */
export async function schemaDrift(queryable: Queryable, mapping: Mapping): Promise<readonly Problem[]> {
  const described = describedBy(mapping)
  const columns = await readColumns(queryable, described)
  return described.flatMap(({ table, whole, inPlace }, place) => {
    const found = columns.filter((column) => column.place === place)
    if (found.length === 0)
      return [errors.TABLE_MISSING.problem({ mapping: mapping.name, table: table.name })]
    return [
      ...knownDrift(table, found),
      ...(whole ? defaultDrift(table, found) : []),
      ...(inPlace === true ? [] : unknownDrift(table, found, whole)),
    ]
  })
}

function describedBy(mapping: Mapping): readonly Described[] {
  const { legacy, target, links } = mapping
  const inPlace = isInPlace(mapping)
  return [
    { table: legacy, whole: true, inPlace },
    { table: target, whole: false, inPlace },
    ...[legacy, target].flatMap(({ madeOf = [] }) =>
      madeOf.flatMap(({ table, through }) => [
        { table, whole: false },
        ...(through ? [{ table: through.table, whole: false }] : []),
      ]),
    ),
    ...links.flatMap((link) => [
      { table: link.legacy.table, whole: true },
      { table: link.target.table, whole: false },
    ]),
  ]
}

async function readColumns(
  queryable: Queryable,
  described: readonly Described[],
): Promise<readonly Column[]> {
  const { rows } = await queryable.query<Column>(
    `SELECT named.place::int - 1 AS place, a.attname::text AS name, NOT (a.attnotnull OR t.typnotnull) AS nullable,
      format_type(CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE a.atttypid END,
        CASE t.typtype WHEN 'd' THEN t.typtypmod ELSE a.atttypmod END) AS type,
      a.attgenerated <> '' AS generated,
      a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' AND t.typdefault IS NULL AS required,
      CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END AS default,
      c.relkind IN ('v', 'm') AS "isView"
    FROM unnest($1::text[]) WITH ORDINALITY AS named(name, place)
      JOIN pg_class AS c ON c.oid = to_regclass(named.name)
      JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_type AS t ON t.oid = a.atttypid
      LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    ORDER BY named.place, a.attnum`,
    [described.map(({ table }) => tableSql(table).text)],
  )
  return rows
}

function knownDrift(table: Table, found: readonly Column[]): readonly Problem[] {
  return Object.values(table.fields).flatMap((field): readonly Problem[] => {
    const column = found.find(({ name }) => name === field.column)
    const names = { table: table.name, column: field.column }
    if (column === undefined)
      return [errors.COLUMN_MISSING.problem({ ...names, renamedTo: successorOf(table, field, found) })]
    const isGenerated = column.isView ? field.generated : column.generated
    const expected = `${typeText(field.type)}${field.generated ? ' generated' : ''}`
    const type = `${typeOf(column)}${isGenerated ? ' generated' : ''}`
    if (type !== expected) return [errors.COLUMN_RETYPED.problem({ ...names, type, expected })]
    if (column.isView || column.nullable === field.nullable) return []
    return [errors.COLUMN_NULLABILITY.problem({ ...names, nullable: column.nullable })]
  })
}

/** A default that the mapping gives to rows from the target, and the legacy table would not. */
function defaultDrift(table: Table, found: readonly Column[]): readonly Problem[] {
  return Object.values(table.fields).flatMap((field): readonly Problem[] => {
    const column = found.find(({ name }) => name === field.column)
    if (field.defaultValue === undefined || column === undefined || column.isView) return []
    const value = column.default === null ? undefined : constantDefault(field.type, column.default)
    const [expected, actual] = [field.defaultValue, value].map((each) => JSON.stringify(each))
    if (actual === expected) return []
    const values = { table: table.name, column: field.column, default: column.default, expected }
    return [errors.COLUMN_DEFAULT.problem(values)]
  })
}

function unknownDrift(table: Table, found: readonly Column[], whole: boolean): readonly Problem[] {
  return (
    found
      .filter(({ name, required }) => (whole || required) && fieldOf(table, name) === undefined)
      // What is left out must be able to stay empty in a row that the way back makes.
      .filter(({ name, required }) => !whole || required || !Object.hasOwn(table.leftOut ?? {}, name))
      .map((column) =>
        errors.COLUMN_UNKNOWN.problem({ table: table.name, column: column.name, type: column.type }),
      )
  )
}

/** The one column that the mapping does not know and that could be the missing one under a new name. */
function successorOf(table: Table, missing: Field, found: readonly Column[]): string | undefined {
  const alike = found.filter(
    (column) => fieldOf(table, column.name) === undefined && typeOf(column) === typeText(missing.type),
  )
  return alike.length === 1 ? alike[0]?.name : undefined
}

function fieldOf(table: Table, column: string): Field | undefined {
  return Object.values(table.fields).find((field) => field.column === column)
}

/** The type in the words of a mapping; one that no mapping can carry stays as PostgreSQL writes it. */
function typeOf({ type }: Column): string {
  try {
    return typeText(columnType(type))
  } catch {
    return type
  }
}
