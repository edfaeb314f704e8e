import type { EntityMetadata, EntityProperty } from '@mikro-orm/postgresql'

/** A JSON schema, as Fastify, Ajv and OpenAPI 3.1 take it. */
export type Schema = Readonly<Record<string, unknown>>

/** What an entity's rows look like in JSON: as they are answered, as they are made, as they are changed. */
export interface EntitySchemas {
  readonly row: Schema
  readonly create: Schema
  readonly change: Schema
  /** Fields that a list can be filtered and sorted by. */
  readonly columns: readonly string[]
}

/** Fields of an entity that not everybody sees or writes. */
export interface FieldRules {
  /** Says whose a row is. It is neither shown nor written: the request says it. */
  readonly tenant?: string
  /** Shown, and never written. */
  readonly readOnly?: readonly string[]
  /** Written when a row is made, and changed by operations of their own. */
  readonly fixed?: readonly string[]
}

/**
 * Derives the schemas of an entity from its metadata, so that they cannot differ from the table.
 * Keys and numbers that JavaScript cannot hold (bigint, numeric) are text; collections are lists of keys.
 */
export function entitySchemas(meta: EntityMetadata, title: string, rules: FieldRules = {}): EntitySchemas {
  const { tenant, readOnly = [], fixed = [] } = rules
  const all = meta.props.filter(({ kind, name }) => kind !== '1:m' && name !== tenant)
  const written = all.filter(
    ({ persist, formula, name }) =>
      persist !== false && !formula && name !== 'id' && !readOnly.includes(name),
  )
  const object = (properties: readonly EntityProperty[], required: readonly string[]) => ({
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(properties.map((property) => [property.name, propertySchema(property)])),
    ...(required.length > 0 && { required }),
  })
  const always = all.filter(({ lazy, kind }) => !lazy && kind !== 'm:n').map(({ name }) => name)
  return {
    row: { title, ...object(all, always) },
    create: {
      title: `New ${title}`,
      ...object(
        written,
        written.filter(isRequired).map(({ name }) => name),
      ),
    },
    change: {
      title: `Change of ${title}`,
      ...object(
        written.filter(({ name }) => !fixed.includes(name)),
        [],
      ),
      minProperties: 1,
    },
    columns: all.filter(({ kind, lazy }) => kind !== 'm:n' && !lazy).map(({ name }) => name),
  }
}

function isRequired(property: EntityProperty): boolean {
  const hasDefault = property.default !== undefined || property.defaultRaw !== undefined
  return property.kind !== 'm:n' && !property.nullable && !hasDefault && !property.autoincrement
}

/** The schema of one property, null where the column takes it. */
function propertySchema(property: EntityProperty): Schema {
  const { kind, targetMeta, nullable, items } = property
  if (kind === 'm:n') return { type: 'array', uniqueItems: true, items: keySchema(targetMeta) }
  const plain = kind === 'm:1' || kind === '1:1' ? keySchema(targetMeta) : scalarSchema(property)
  const typed = items === undefined ? plain : { type: 'string', enum: items }
  const known = { ...typed, ...exampleIn(property) }
  const isAnything = Object.keys(typed).length === 0
  return nullable && !isAnything ? { anyOf: [known, { type: 'null' }] } : known
}

/** What the column is where nobody says otherwise. */
function exampleIn({ default: byDefault }: EntityProperty): Schema {
  return typeof byDefault === 'string' && byDefault !== '' ? { examples: [byDefault] } : {}
}

function keySchema(meta: EntityMetadata | undefined): Schema {
  const [key] = meta?.getPrimaryProps() ?? []
  return key === undefined ? { type: 'string' } : scalarSchema(key)
}

/** The parameters of a path that ends with the key of a row. */
export function keyParams(meta: EntityMetadata) {
  return { type: 'object', properties: { id: keySchema(meta) }, required: ['id'] }
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
