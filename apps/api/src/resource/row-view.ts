import { type EntityMetadata, type EntityProperty, serialize } from '@mikro-orm/postgresql'

/** A row as it is answered: plain JSON. */
export type RowView = Readonly<Record<string, unknown>>

/** Makes what is answered for an entity: keys instead of entities, times as ISO 8601, collections that were read as sorted keys. */
export function rowView(meta: EntityMetadata, entity: object): RowView {
  const plain = serialize(entity, { forceObject: false }) as Record<string, unknown> // an object for an object
  return Object.fromEntries(
    meta.props.flatMap((property) => {
      const value = plain[property.name]
      return value === undefined ? [] : [[property.name, valueView(property, value)]]
    }),
  )
}

function valueView({ kind, columnTypes }: EntityProperty, value: unknown): unknown {
  if (kind === 'm:n') return (value as unknown[]).map(keyOf).toSorted() // a collection serialises to a list
  if (kind === 'm:1' || kind === '1:1') return value === null ? null : keyOf(value)
  return typeof value === 'string' && columnTypes[0]?.startsWith('timestamptz') ? isoTime(value) : value
}

function keyOf(value: unknown): string {
  const key = typeof value === 'object' && value !== null ? Reflect.get(value, 'id') : value
  return String(key)
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
