import { errors } from './errors.ts'

/** The PostgreSQL types a mapping can carry, by the name that `format_type` gives them. */
export const baseTypes = [
  'smallint',
  'integer',
  'bigint',
  'numeric',
  'real',
  'double precision',
  'boolean',
  'text',
  'varchar',
  'char',
  'uuid',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'json',
  'jsonb',
] as const

export type BaseType = (typeof baseTypes)[number]

/** A column type as data. `varchar(255)` has size 255; `numeric(6,2)` has size 6 and scale 2. */
export interface ColumnType {
  readonly base: BaseType
  readonly size?: number
  readonly scale?: number
}

const aliases: Readonly<Record<string, BaseType>> = {
  int2: 'smallint',
  int: 'integer',
  int4: 'integer',
  int8: 'bigint',
  decimal: 'numeric',
  float4: 'real',
  float: 'double precision',
  float8: 'double precision',
  bool: 'boolean',
  'character varying': 'varchar',
  character: 'char',
  bpchar: 'char',
  'time without time zone': 'time',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
}

/**
 * Reads a type as PostgreSQL or an ORM writes it. A fractional-second precision is read and must be absent or 6.
 *
 * Errors: MAPPING.TYPE_UNSUPPORTED.
 *
 * @example
 * columnType('numeric(6,2)') // => { base: 'numeric', size: 6, scale: 2 }
 */
export function columnType(text: string): ColumnType {
  const match = /^([a-z0-9 ]+?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?(\s+with(?:out)? time zone)?$/.exec(
    text.trim().toLowerCase(),
  )
  const name = match && `${match[1]}${(match[4] ?? '').replace(/\s+/g, ' ')}`
  const base = baseTypes.find((known) => known === name) ?? (name ? aliases[name] : undefined)
  if (!match || !base) throw errors.TYPE_UNSUPPORTED({ type: text })
  if (base.startsWith('time')) {
    if (match[2] !== undefined && match[2] !== '6') throw errors.TYPE_UNSUPPORTED({ type: text })
    return { base }
  }
  if (base === 'char' && match[2] === undefined) return { base, size: 1 }
  return {
    base,
    ...(match[2] === undefined ? {} : { size: Number(match[2]) }),
    ...(base === 'numeric' && match[2] !== undefined ? { scale: Number(match[3] ?? 0) } : {}),
  }
}

/** The type as SQL writes it. */
export function typeText(type: ColumnType): string {
  if (type.size === undefined) return type.base
  return type.scale === undefined ? `${type.base}(${type.size})` : `${type.base}(${type.size},${type.scale})`
}

/** Types whose values PostgreSQL compares as text. */
export function isText(type: ColumnType): boolean {
  return type.base === 'text' || type.base === 'varchar' || type.base === 'char'
}

/** smallint, integer, bigint. */
export function isInteger(type: ColumnType): boolean {
  return type.base === 'smallint' || type.base === 'integer' || type.base === 'bigint'
}

/** json and jsonb. */
export function isJson(type: ColumnType): boolean {
  return type.base === 'json' || type.base === 'jsonb'
}
