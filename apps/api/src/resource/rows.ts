import type { EntityManager, EntityMetadata } from '@mikro-orm/postgresql'
import type { FastifyRequest } from 'fastify'
import { errors } from '../errors.ts'
import type { FieldRules } from './entity-schema.ts'
import { collectionsOf } from './find-page.ts'
import { type RowView, rowView } from './row-view.ts'

/** What requests of every resource have: for lists, for one row, and with what a row is to be. */
export interface Query {
  Querystring: Record<string, string>
}
export interface One {
  Params: { id: string }
}
export interface Body {
  Body: Record<string, unknown>
}

/** An entity by the name that its readers know. */
export interface Resource {
  /** As a sentence names one: `staff task`. */
  readonly name: string
  readonly meta: EntityMetadata
  readonly rules?: FieldRules
  /** Whose rows a request is about, where rows are of a tenant each. */
  tenantOf?(request: FastifyRequest): string
}

/** Fields that every row has that a request may see: none where rows are of nobody. */
export type Owner = Readonly<Record<string, string>>

/** Who owns the rows that a request is about. */
export function ownedBy({ rules, tenantOf }: Resource, request: FastifyRequest): Owner {
  return rules?.tenant === undefined || tenantOf === undefined ? {} : { [rules.tenant]: tenantOf(request) }
}

/** The entity as the database has it, with its collections. Errors: API.ROW_NOT_FOUND. */
export async function findRow(
  em: EntityManager,
  { meta, name }: Resource,
  id: string,
  owner: Owner,
): Promise<object> {
  const options = { populate: collectionsOf(meta) as never, refresh: true } // names of this entity's collections
  const found = await em.findOne(meta.class, { ...owner, id } as never, options)
  if (found === null) throw errors.ROW_NOT_FOUND({ resource: name, id })
  return found as object
}

/** The same, as it is answered. */
export async function readRow(
  em: EntityManager,
  resource: Resource,
  id: string,
  owner: Owner = {},
): Promise<RowView> {
  return rowView(resource.meta, await findRow(em, resource, id, owner))
}

/**
 * Makes a row of a body that has passed the schema of the entity, and gives what the database made of it. Collections of a new row are
 * those of the body: they are not read again.
 */
export async function createRow(em: EntityManager, resource: Resource, body: object): Promise<RowView> {
  const { meta } = resource
  const entity = em.create(meta.class, { ...newKey(resource), ...body } as never)
  await em.flush()
  await em.findOneOrFail(meta.class, { id: Reflect.get(entity, 'id') } as never, { refresh: true })
  return rowView(meta, entity)
}

/** A key for tables that make none. */
function newKey({ meta }: Resource): object {
  const [key] = meta.getPrimaryProps()
  return key?.columnTypes[0] === 'text' ? { [key.name]: crypto.randomUUID() } : {}
}

/** The same for a change of an entity that was found. */
export async function changeRow(
  em: EntityManager,
  resource: Resource,
  entity: object,
  body: object,
): Promise<RowView> {
  em.assign(entity, body as never)
  await em.flush()
  return readRow(em, resource, String(Reflect.get(entity, 'id')))
}
