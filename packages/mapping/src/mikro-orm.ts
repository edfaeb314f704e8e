import { type EntityMetadata, type EntityProperty, type EntitySchema, MikroORM } from '@mikro-orm/postgresql'
import { columnType } from './column-type.ts'
import { errors } from './errors.ts'
import type { LinkSide } from './links.ts'
import { defaultOf, type Field, freezeTable, type Table, type TableOptions } from './table.ts'

type Builder<P> = P extends (...args: never[]) => infer B ? B : P
type OptionsOf<P> = Builder<P> extends { '~options': infer O } ? O : never
type PropertiesOf<E> = E extends { readonly properties: infer P } ? P : never
type Columnless = { kind: '1:m' | 'm:n' } | { persist: false } | { formula: object }
type HasDefault = { autoincrement: true } | { default: unknown } | { defaultRaw: string } | { nullable: true }

/** Properties of an entity that have a column: scalars and references, no collections. */
export type ColumnKey<E> = {
  [K in keyof PropertiesOf<E>]: OptionsOf<PropertiesOf<E>[K]> extends Columnless ? never : K
}[keyof PropertiesOf<E>] &
  string

/** Properties that an insert must give: NOT NULL, without a default in the database. */
export type RequiredKey<E> = {
  [K in ColumnKey<E>]: OptionsOf<PropertiesOf<E>[K]> extends HasDefault ? never : K
}[ColumnKey<E>]

type KeyOf<E> = {
  [K in ColumnKey<E>]: OptionsOf<PropertiesOf<E>[K]> extends { primary: true } ? K : never
}[ColumnKey<E>]

/** A collection of an entity that is kept in a link table. */
export type CollectionKey<E> = {
  [K in keyof PropertiesOf<E>]: OptionsOf<PropertiesOf<E>[K]> extends { kind: 'm:n' } ? K : never
}[keyof PropertiesOf<E>] &
  string

type TableOfEntity<E, Without extends string> =
  Exclude<ColumnKey<E>, Without> extends infer F extends string
    ? Table<F, Extract<F, Exclude<RequiredKey<E>, KeyOf<E>>>, Extract<F, KeyOf<E>>>
    : never

type Defined = EntitySchema & { readonly properties: object }

/**
 * The table of a MikroORM entity made by `defineEntity`, as a mapping needs it. Connects to nothing.
 * Columns whose type a mapping cannot carry (arrays, intervals, bytea…) are left out with `without`.
 *
 * Cost: MikroORM discovers the entity's metadata once for each entity, about 5 ms.
 * Errors: MAPPING.TYPE_UNSUPPORTED, MAPPING.FIELD_UNKNOWN.
 */
export function tableOf<E extends Defined, const Without extends ColumnKey<E> = never>(
  entity: E,
  options: Pick<TableOptions<ColumnKey<E>>, 'where' | 'schema' | 'ordered' | 'leftOut'> & {
    readonly without?: readonly Without[]
  } = {},
): TableOfEntity<E, Without> {
  const meta = metadataOf(entity)
  const left = new Set<string>(options.without)
  const columns = meta.props.filter((property) => hasColumn(property) && !left.has(property.name))
  return freezeTable({
    name: meta.tableName,
    fields: Object.fromEntries(columns.map((property) => [property.name, fieldOf(property)])),
    key: meta.primaryKeys,
    unique: uniqueSets(meta),
    ...options,
  } as unknown as Parameters<typeof freezeTable>[0]) as never // names were derived from the same entity at both levels
}

/**
 * One side of {@link links} from a many-to-many property: its link table, the column of the owner, the columns of what it
 * is linked with. Errors: MAPPING.FIELD_UNKNOWN.
 */
export function linksOf<E extends Defined>(entity: E, property: CollectionKey<E>): LinkSide {
  const meta = metadataOf(entity)
  const found = meta.props.find(({ name }) => name === property)
  if (!found?.pivotTable || !found.targetMeta)
    throw errors.FIELD_UNKNOWN({ field: property, table: meta.tableName })
  const owner = columnsOf(found.joinColumns, meta)
  const values = columnsOf(found.inverseJoinColumns, found.targetMeta)
  const fields = { ...owner, ...values }
  const names = Object.keys(fields)
  return {
    table: freezeTable({ name: found.pivotTable, fields, key: names }),
    owner: Object.keys(owner)[0] ?? '',
    values: Object.keys(values),
  }
}

const discovered = new WeakMap<object, EntityMetadata>()

function metadataOf(entity: Defined): EntityMetadata {
  const known = discovered.get(entity)
  if (known) return known
  const orm = new MikroORM({ entities: [entity], dbName: 'metadata', preferEnvVars: false })
  const meta = orm.getMetadata().get(entity as never) as EntityMetadata
  discovered.set(entity, meta)
  return meta
}

function hasColumn(property: EntityProperty): boolean {
  if (property.persist === false || property.formula) return false
  return property.kind === 'scalar' || property.kind === 'm:1' || (property.kind === '1:1' && property.owner)
}

function fieldOf(property: EntityProperty): Field {
  const nullable = property.nullable === true
  const generated = typeof property.generated === 'string' && !/identity/i.test(property.generated)
  const type = columnType(property.columnTypes[0] ?? '')
  return Object.freeze({
    name: property.name,
    column: property.fieldNames[0] ?? property.name,
    type,
    nullable,
    optional: nullable || generated || property.defaultRaw !== undefined || property.autoincrement === true,
    generated,
    ...defaultOf(type, property.defaultRaw),
  })
}

function uniqueSets(meta: EntityMetadata): readonly (readonly string[])[] {
  const single = meta.props.filter(({ unique }) => unique).map(({ name }) => [name])
  const several = meta.uniques.flatMap(({ properties }) =>
    properties ? [[properties].flat() as string[]] : [],
  )
  return [...single, ...several]
}

function columnsOf(columns: readonly string[], of: EntityMetadata): Readonly<Record<string, Field>> {
  const types = of.getPrimaryProps().flatMap(({ columnTypes }) => columnTypes)
  return Object.fromEntries(
    columns.map((column, index) => [
      column,
      {
        name: column,
        column,
        type: columnType(types[index] ?? ''),
        nullable: false,
        optional: false,
        generated: false,
      },
    ]),
  )
}
