import { type ColumnType, isText, typeText } from './column-type.ts'
import { isComparable, isValueOf, typeOfValue, valueSql } from './literal-value.ts'
import { at, type Row, type SqlRow } from './rule.ts'
import { join, literal, type Sql, sql } from './sql.ts'
import { fieldNamed, type Table } from './table.ts'
import type { Value } from './value.ts'

/** A value computed from legacy fields, as data: nothing that could not be shown, hashed, or run as SQL and in TypeScript alike. */
export type Expression =
  | { readonly field: string }
  | { readonly value: string | number | boolean | null }
  | { readonly coalesce: readonly Expression[] }
  | { readonly concat: readonly Expression[] }
  | { readonly whenNull: string; readonly then: Expression; readonly otherwise: Expression }
  | {
      readonly whenEqual: string
      readonly to: string | number | boolean
      readonly then: Expression
      readonly otherwise: Expression
    }

/** The value of a legacy field. */
export function field(name: string): Expression {
  return { field: name }
}

/** Always the same value. */
export function value(of: string | number | boolean | null): Expression {
  return { value: of }
}

/** The first that is not NULL. */
export function coalesce(...parts: readonly Expression[]): Expression {
  return { coalesce: parts }
}

/** Texts one behind the other. NULL counts as empty. */
export function concat(...parts: readonly Expression[]): Expression {
  return { concat: parts }
}

/** One expression where the field is NULL, another where it is not. */
export function whenNull(name: string, then: Expression, otherwise: Expression): Expression {
  return { whenNull: name, then, otherwise }
}

/** One expression where the field has the value, another where it has not or is NULL. */
export function whenEqual(
  name: string,
  to: string | number | boolean,
  then: Expression,
  otherwise: Expression,
): Expression {
  return { whenEqual: name, to, then, otherwise }
}

/** The fields that an expression reads, each once. */
export function fieldsOf(expression: Expression): readonly string[] {
  const own = 'field' in expression ? [expression.field] : []
  const asked =
    'whenNull' in expression ? [expression.whenNull] : 'whenEqual' in expression ? [expression.whenEqual] : []
  return [...new Set([...own, ...asked, ...partsOf(expression).flatMap(fieldsOf)])]
}

/** What the expression gives for a row. */
export function valueOf(expression: Expression, row: Row): Value {
  if ('field' in expression) return row[expression.field] ?? null
  if ('value' in expression) return expression.value
  if ('coalesce' in expression) {
    for (const part of expression.coalesce) {
      const found = valueOf(part, row)
      if (found !== null) return found
    }
    return null
  }
  if ('concat' in expression) return expression.concat.map((part) => valueOf(part, row) ?? '').join('')
  const asked =
    'whenNull' in expression
      ? (row[expression.whenNull] ?? null) === null
      : row[expression.whenEqual] === expression.to
  return valueOf(asked ? expression.then : expression.otherwise, row)
}

/** SQL twin of {@link valueOf}. */
export function expressionSql(expression: Expression, row: SqlRow): Sql {
  if ('field' in expression) return at(row, expression.field)
  if ('value' in expression)
    return expression.value === null ? sql`NULL` : valueSql(expression.value, typeOfValue(expression.value))
  const parts = partsOf(expression).map((part) => expressionSql(part, row))
  if ('coalesce' in expression) return sql`coalesce(${join(parts)})`
  if ('concat' in expression)
    return join(
      parts.map((part) => sql`coalesce(${part}, '')`),
      ' || ',
    )
  const asked =
    'whenNull' in expression
      ? sql`${at(row, expression.whenNull)} IS NULL`
      : sql`${at(row, expression.whenEqual)} = ${literal(expression.to)}`
  return sql`CASE WHEN ${asked} THEN ${join(parts, ' ELSE ')} END`
}

/** The type of what the expression gives; undefined where it is always NULL. The first part that has one decides. */
export function typeOfExpression(expression: Expression, legacy: Table): ColumnType | undefined {
  if ('field' in expression) return plain(fieldNamed(legacy, expression.field).type)
  if ('value' in expression) return expression.value === null ? undefined : typeOfValue(expression.value)
  if ('concat' in expression) return { base: 'text' }
  return partsOf(expression)
    .map((part) => typeOfExpression(part, legacy))
    .find((type) => type !== undefined)
}

/** What is wrong with an expression over a table, each as one sentence. */
export function illTyped(expression: Expression, legacy: Table): readonly string[] {
  const parts = partsOf(expression)
  const types = parts.map((part) => typeOfExpression(part, legacy)).filter((type) => type !== undefined)
  const wrong = parts.flatMap((part) => illTyped(part, legacy))
  if ('concat' in expression)
    return types.every(isText)
      ? wrong
      : [...wrong, 'concat takes texts only; cast the field in a rule of its own.']
  if ('coalesce' in expression && parts.length === 0) return ['coalesce needs something to choose from.']
  const names = new Set(types.map(typeText))
  if (names.size > 1) wrong.push(`its parts are of different types: ${[...names].join(', ')}.`)
  if (!('whenEqual' in expression)) return wrong
  const { type } = fieldNamed(legacy, expression.whenEqual)
  const compares = isComparable(type) && isValueOf(type, expression.to)
  return compares
    ? wrong
    : [...wrong, `${expression.whenEqual} cannot be compared with ${JSON.stringify(expression.to)}.`]
}

function partsOf(expression: Expression): readonly Expression[] {
  if ('coalesce' in expression) return expression.coalesce
  if ('concat' in expression) return expression.concat
  return 'then' in expression ? [expression.then, expression.otherwise] : []
}

/** varchar and text are one to an expression; char pads, so it stays. */
function plain(type: ColumnType): ColumnType {
  return type.base === 'varchar' ? { base: 'text' } : type
}
