import type { EntityMetadata, EntityProperty } from '@mikro-orm/postgresql'
import { keySchema, propertySchema, type Schema, writtenSchema } from './property-schema.ts'

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
  const always = all.filter(({ lazy, kind }) => !lazy && kind !== 'm:n').map(({ name }) => name)
  return {
    row: { title, ...object(all, propertySchema, always) },
    create: {
      title: `New ${title}`,
      ...object(
        written,
        writtenSchema,
        written.filter(isRequired).map(({ name }) => name),
      ),
    },
    change: {
      title: `Change of ${title}`,
      ...object(
        written.filter(({ name }) => !fixed.includes(name)),
        writtenSchema,
        [],
      ),
      minProperties: 1,
    },
    columns: all.filter(({ kind, lazy }) => kind !== 'm:n' && !lazy).map(({ name }) => name),
  }
}

function object(
  properties: readonly EntityProperty[],
  schemaOf: (property: EntityProperty) => Schema,
  required: readonly string[],
) {
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(properties.map((property) => [property.name, schemaOf(property)])),
    ...(required.length > 0 && { required }),
  }
}

function isRequired(property: EntityProperty): boolean {
  const hasDefault = property.default !== undefined || property.defaultRaw !== undefined
  return property.kind !== 'm:n' && !property.nullable && !hasDefault && !property.autoincrement
}

/** Of keys in paths. */
export const maxKeyLength = 200

/** The parameters of a path that ends with the key of a row. */
export function keyParams(meta: EntityMetadata) {
  const key = keySchema(meta)
  const isText = key['pattern'] === undefined && key['format'] === undefined
  const id = isText ? { ...key, minLength: 1, maxLength: maxKeyLength } : key
  return { type: 'object', properties: { id }, required: ['id'] }
}
