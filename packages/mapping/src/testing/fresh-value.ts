import type { ColumnType } from '../column-type.ts'
import type { Value } from '../value.ts'
import { trimmed } from './values.ts'

/** The nth of many different values of a type, as far as the type has many; none of them is a usual one. */
export function freshValue(type: ColumnType, n: number): Value {
  switch (type.base) {
    case 'smallint':
      return 7000 + n
    case 'integer':
      return 70_000_000 + n
    case 'bigint':
      return String(7_000_000_000_000 + n)
    case 'numeric':
      return trimmed(type, String(n)) ?? '0'
    case 'real':
    case 'double precision':
      return 70_000 + n
    case 'boolean':
      return true
    case 'uuid':
      return `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`
    case 'date':
      return dayAfter(n)
    case 'time':
      return '07:07:07'
    case 'timestamp':
      return `${dayAfter(n)} 00:00:00`
    case 'timestamptz':
      return `${dayAfter(n)} 00:00:00+00`
    case 'json':
    case 'jsonb':
      return { n }
    case 'text':
    case 'varchar':
    case 'char':
      return trimmed(type, `${n.toString(36)}~`) ?? null
  }
}

function dayAfter(days: number): string {
  return new Date(Date.UTC(2101, 0, 1 + days)).toISOString().slice(0, 10)
}
