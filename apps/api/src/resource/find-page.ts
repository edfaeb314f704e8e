import type { EntityManager, EntityMetadata, FilterQuery } from '@mikro-orm/postgresql'
import type { ListQuery, Sort } from './list-query.ts'
import { type PagePlace, pageToken, readPageToken } from './page-token.ts'
import type { Owner } from './rows.ts'
import { type RowView, rowView } from './row-view.ts'

/** A part of a list, and how to ask for the next one. */
export interface ListPage {
  readonly items: readonly RowView[]
  /** Null on the last page. */
  readonly next: string | null
}

type Entity = { readonly id: string }

/** The rows that pass the filters, by an offset, as legacy lists have it. Cost: one statement, and one for each collection. */
export async function findByOffset(
  em: EntityManager,
  meta: EntityMetadata,
  query: ListQuery,
  owner: Owner,
): Promise<readonly RowView[]> {
  const found = await em.find(meta.class, { $and: [filterOf(query), owner] } as FilterQuery<Entity>, {
    ...ordered(query.sort),
    limit: query.limit,
    offset: query.offset,
    populate: collectionsOf(meta) as never, // names of this entity's collections
  })
  return found.map((entity) => rowView(meta, entity))
}

/** The rows after a place, in a fixed order: rows added or removed elsewhere shift nothing. Cost: as above. */
export async function findAfter(
  em: EntityManager,
  meta: EntityMetadata,
  query: ListQuery,
  owner: Owner,
): Promise<ListPage> {
  const { limit, after, sort } = query
  const place = after === undefined ? undefined : readPageToken(meta.className, query, after)
  const where = [filterOf(query), owner, ...(place ? [afterPlace(sort, place)] : [])]
  const found = await em.find(meta.class, { $and: where } as FilterQuery<Entity>, {
    ...ordered(sort),
    limit: limit + 1,
    populate: collectionsOf(meta) as never, // as above
  })
  const entities = found.slice(0, limit)
  const last = entities.at(-1)
  const next = found.length > limit && last ? pageToken(meta.className, query, placeOf(last, sort)) : null
  return { items: entities.map((entity) => rowView(meta, entity)), next }
}

/** Names of the collections that an answer shows. */
export function collectionsOf(meta: EntityMetadata): readonly string[] {
  return meta.props.filter(({ kind }) => kind === 'm:n').map(({ name }) => name)
}

/** Nulls come last in both directions, and the key decides between equals. */
function ordered({ field, direction }: Sort) {
  const by =
    field === 'id' ? [{ id: direction }] : [{ [field]: `${direction} nulls last` }, { id: direction }]
  return { orderBy: by as never } // the field has passed the schema, which knows the columns
}

function filterOf({ filters }: ListQuery): FilterQuery<Entity> {
  const entries = Object.entries(filters).map(([name, text]) => [name, text === 'null' ? null : text])
  return Object.fromEntries(entries) as FilterQuery<Entity> // names have passed the schema, which knows the columns
}

function placeOf(entity: object, { field }: Sort): PagePlace {
  const of = (name: string): unknown => Reflect.get(entity, name)
  const value = of(field)
  const plain = typeof value === 'object' && value !== null ? String(Reflect.get(value, 'id')) : value
  return { value: plain as PagePlace['value'], id: String(of('id')) } // columns that can be sorted by are scalars
}

function afterPlace({ field, direction }: Sort, { value, id }: PagePlace): FilterQuery<Entity> {
  const beyond = direction === 'asc' ? '$gt' : '$lt'
  if (field === 'id') return { id: { [beyond]: id } } as FilterQuery<Entity>
  const tie = { [field]: value, id: { [beyond]: id } }
  const rest = value === null ? [tie] : [tie, { [field]: { [beyond]: value } }, { [field]: null }]
  return { $or: rest } as FilterQuery<Entity>
}
