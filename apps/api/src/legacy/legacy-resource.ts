import type { EntityManager, EntityMetadata } from '@mikro-orm/postgresql'
import type { FastifyInstance } from 'fastify'
import { errors } from '../errors.ts'
import type { Way } from '../in-phase.ts'
import { entitySchemas, propertySchema } from '../resource/entity-schema.ts'
import { collectionsOf, findByOffset } from '../resource/find-page.ts'
import { listQuerySchema, readListQuery } from '../resource/list-query.ts'
import { rowView } from '../resource/row-view.ts'

/** A legacy entity with its path. */
export interface LegacyResource {
  /** `/api/staff-tasks` */
  readonly path: string
  /** As a sentence names one: `staff task`. */
  readonly name: string
  readonly meta: EntityMetadata
}

interface Query {
  Querystring: Record<string, string>
}
interface One {
  Params: { id: string }
}
interface Body {
  Body: Record<string, unknown>
}

/** The operations of a legacy entity: the same paths and shapes in every phase, since the way decides where its rows are. */
export function legacyResource(app: FastifyInstance, { path, name, meta }: LegacyResource, way: Way): void {
  const schemas = entitySchemas(meta, name)
  const key = meta.getPrimaryProps()[0]
  const params = {
    type: 'object',
    properties: { id: key ? propertySchema(key) : { type: 'string' } },
    required: ['id'],
  }
  const tags = [path.split('/').at(-1) ?? path]
  const problems = { '4xx': { $ref: 'Problem#' }, '5xx': { $ref: 'Problem#' } }
  const list = {
    type: 'object',
    properties: { items: { type: 'array', items: schemas.row } },
    required: ['items'],
  }

  app.get<Query>(
    path,
    {
      schema: {
        tags,
        summary: `List ${name}s`,
        querystring: listQuerySchema(schemas, 'offset'),
        response: { 200: list, ...problems },
      },
    },
    async ({ query }) => ({ items: await findByOffset(way.reader(), meta, readListQuery(query, 'id')) }),
  )
  app.get<One>(
    `${path}/:id`,
    { schema: { tags, summary: `Read a ${name}`, params, response: { 200: schemas.row, ...problems } } },
    async ({ params: { id } }) => rowView(meta, await read(way.reader(), meta, name, id)),
  )
  app.post<Body>(
    path,
    {
      schema: {
        tags,
        summary: `Create a ${name}`,
        body: schemas.create,
        response: { 201: schemas.row, ...problems },
      },
    },
    async ({ body }, reply) => {
      const row = await way.write(async (em) => {
        const entity = em.create(meta.class, body as never) // the body has passed the schema of this entity
        await em.flush()
        return rowView(meta, await read(em, meta, name, String(Reflect.get(entity, 'id'))))
      })
      return reply
        .code(201)
        .header('location', `${path}/${String(row['id'])}`)
        .send(row)
    },
  )
  app.patch<One & Body>(
    `${path}/:id`,
    {
      schema: {
        tags,
        summary: `Change a ${name}`,
        params,
        body: schemas.change,
        response: { 200: schemas.row, ...problems },
      },
    },
    async ({ params: { id }, body }) =>
      way.write(async (em) => {
        const entity = await read(em, meta, name, id)
        em.assign(entity, body as never) // as above
        await em.flush()
        return rowView(meta, await read(em, meta, name, id))
      }),
  )
  app.delete<One>(
    `${path}/:id`,
    {
      schema: { tags, summary: `Delete a ${name}`, params, response: { 204: { type: 'null' }, ...problems } },
    },
    async ({ params: { id } }, reply) => {
      await way.write(async (em) => {
        em.remove(await read(em, meta, name, id))
        await em.flush()
      })
      return reply.code(204).send(null)
    },
  )
}

/** The row as the database has it. Errors: API.ROW_NOT_FOUND. */
export async function read(
  em: EntityManager,
  meta: EntityMetadata,
  resource: string,
  id: string,
): Promise<object> {
  const options = { populate: collectionsOf(meta) as never, refresh: true } // names of this entity's collections
  const found = await em.findOne(meta.class, { id } as never, options)
  if (found === null) throw errors.ROW_NOT_FOUND({ resource, id })
  return found as object
}
