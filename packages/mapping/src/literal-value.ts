import { encode } from './codec.ts'
import { type ColumnType, isInteger, isJson, typeText } from './column-type.ts'
import { fit } from './fit.ts'
import { literal, type Sql, sql, typeName } from './sql.ts'
import type { Value } from './value.ts'

/** The type of a value that a rule was given: text, boolean, integer, double precision, or jsonb for objects and lists. */
export function typeOfValue(value: Value): ColumnType {
  if (typeof value === 'boolean') return { base: 'boolean' }
  if (typeof value === 'object' && value !== null) return { base: 'jsonb' }
  if (typeof value !== 'number') return { base: 'text' }
  return Number.isInteger(value) && Math.abs(value) < 2 ** 31
    ? { base: 'integer' }
    : { base: 'double precision' }
}

/** A value as a typed SQL literal. The value must be one of that type, see {@link isValueOf}. */
export function valueSql(value: Value, type: ColumnType): Sql {
  const as = typeName(typeText(type.base === 'varchar' ? { base: 'varchar' } : type))
  return sql`${literal(value === null ? null : encode(type, value))}::${as}`
}

/** Whether a value is one of that type in the spelling that PostgreSQL gives it: a number for integers, `'1.50'` for numeric(6,2). */
export function isValueOf(type: ColumnType, value: Value): boolean {
  if (value === null || isJson(type)) return true
  if (typeof value !== memberOf(type)) return false
  if (typeof value === 'number' && isInteger(type) && !Number.isInteger(value)) return false
  const text = encode(type, value)
  return fit({ base: 'text' }, type)?.accepts?.row(text) ?? true
}

/** Whether equal values of the type are spelled the same, so that a rule can compare them in SQL and in TypeScript alike. */
export function isComparable(type: ColumnType): boolean {
  if (type.base === 'numeric') return type.scale !== undefined
  return !isJson(type) && type.base !== 'real' && type.base !== 'double precision'
}

function memberOf({ base }: ColumnType): 'number' | 'boolean' | 'string' {
  if (base === 'boolean') return base
  return ['smallint', 'integer', 'real', 'double precision'].includes(base) ? 'number' : 'string'
}
