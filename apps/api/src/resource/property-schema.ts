import type { EntityMetadata, EntityProperty } from '@mikro-orm/postgresql'

/** A JSON schema, as Fastify, Ajv and OpenAPI 3.1 take it. */
export type Schema = Readonly<Record<string, unknown>>

/** The schema of one property, null where the column takes it. */
export function propertySchema(property: EntityProperty): Schema {
  const { kind, targetMeta, nullable, items } = property
  if (kind === 'm:n') return { type: 'array', uniqueItems: true, items: keySchema(targetMeta) }
  const plain = kind === 'm:1' || kind === '1:1' ? keySchema(targetMeta) : scalarSchema(property)
  const typed = items === undefined ? plain : { type: 'string', enum: items }
  const known = { ...typed, ...exampleIn(property) }
  const isAnything = Object.keys(typed).length === 0
  return nullable && !isAnything ? orNull(known) : known
}

/** Two types, and not `anyOf`, for which each value that is answered would be validated to find out which one it is. */
function orNull({ type, enum: allowed, ...schema }: Schema): Schema {
  return { ...schema, type: [type, 'null'], ...(Array.isArray(allowed) && { enum: [...allowed, null] }) }
}

/** The same of a value that is sent: JSON that is anything may not be null where the column does not take it. */
export function writtenSchema(property: EntityProperty): Schema {
  const schema = propertySchema(property)
  const isAnything = schema['type'] === undefined
  return isAnything && !property.nullable ? { ...schema, not: { type: 'null' } } : schema
}

/** What the column is where nobody says otherwise. */
function exampleIn({ default: byDefault }: EntityProperty): Schema {
  return typeof byDefault === 'string' && byDefault !== '' ? { examples: [byDefault] } : {}
}

/** The schema of an entity's key. */
export function keySchema(meta: EntityMetadata | undefined): Schema {
  const [key] = meta?.getPrimaryProps() ?? []
  return key === undefined ? { type: 'string' } : scalarSchema(key)
}

const byType: Readonly<Record<string, Schema>> = {
  bigint: { type: 'string', pattern: '^-?[0-9]{1,19}$' },
  uuid: { type: 'string', format: 'uuid' },
  smallint: { type: 'integer', minimum: -32_768, maximum: 32_767 },
  int: { type: 'integer', minimum: -2_147_483_648, maximum: 2_147_483_647 },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' },
  time: { type: 'string', pattern: '^[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?$' },
  timestamptz: { type: 'string', format: 'date-time' },
  text: { type: 'string' },
}

/** `numeric(14,2)` → digits before and after the point; `varchar(255)` → its length; JSON is anything. */
function scalarSchema({ columnTypes }: EntityProperty): Schema {
  const [, base = '', first, second] =
    /^([a-z ]+?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?$/.exec(columnTypes[0] ?? '') ?? []
  if (base === 'jsonb' || base === 'json') return {}
  if (base === 'numeric') {
    const [digits, scale] = [Number(first), Number(second ?? 0)]
    const fraction = scale > 0 ? `(\\.[0-9]{1,${scale}})?` : ''
    return { type: 'string', pattern: `^-?[0-9]{1,${digits - scale}}${fraction}$` }
  }
  if (base === 'varchar' || base === 'char' || base === 'character')
    return {
      type: 'string',
      maxLength: Number(first),
      ...(base !== 'varchar' && { minLength: Number(first) }),
    }
  return byType[base] ?? { type: 'string' }
}
