import { Collection, type EntityMetadata, type EntityProperty } from '@mikro-orm/postgresql'

/** A row as it is answered: plain JSON. */
export type RowView = Readonly<Record<string, unknown>>

/**
 * Makes what is answered for an entity: keys instead of entities, times as ISO 8601, collections that were read as sorted keys.
 *
 * The values of a column are plain JSON already. MikroORM's serializer, which also follows entities and asks each property for groups and
 * hidden fields that no entity here has, takes as long as reading the rows.
 */
export function rowView(meta: EntityMetadata, entity: object): RowView {
  const view: Record<string, unknown> = {}
  for (const property of meta.props) {
    const value = valueView(property, Reflect.get(entity, property.name))
    if (value !== undefined) view[property.name] = value
  }
  return view
}

function valueView({ kind, columnTypes, targetMeta }: EntityProperty, value: unknown): unknown {
  if (value === null || value === undefined) return value
  if (value instanceof Collection)
    return kind === 'm:n' && value.isInitialized() ? value.getIdentifiers().map(String).toSorted() : undefined
  if (kind === 'm:1' || kind === '1:1') return keyOf(value, targetMeta)
  return typeof value === 'string' && columnTypes[0]?.startsWith('timestamptz') ? isoTime(value) : value
}

/** A reference knows its key, read or not. */
function keyOf(entity: unknown, meta: EntityMetadata | undefined): string {
  const [key = 'id'] = meta?.primaryKeys ?? []
  return String(typeof entity === 'object' && entity !== null ? Reflect.get(entity, key) : entity)
}

/**
 * A time as PostgreSQL writes it, in ISO 8601. Nothing is rounded.
 *
 * @example
 * isoTime('2024-02-29 16:00:00.123456+00') // => '2024-02-29T16:00:00.123456Z'
 */
export function isoTime(text: string): string {
  return text
    .replace(' ', 'T')
    .replace(/([+-]\d\d)$/, '$1:00')
    .replace(/\+00:00$/, 'Z')
}
