import type { FastifyInstance } from 'fastify'
import { listOf, problems } from '../documented.ts'
import type { Way } from '../in-phase.ts'
import { entitySchemas, keyParams } from '../resource/entity-schema.ts'
import { findByOffset } from '../resource/find-page.ts'
import { listQuerySchema, readListQuery } from '../resource/list-query.ts'
import { changeRow, createRow, findRow, readRow, type Resource } from '../resource/rows.ts'

/** A legacy entity with its path. */
export interface LegacyResource extends Resource {
  /** `/api/staff-tasks` */
  readonly path: string
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
export function legacyResource(app: FastifyInstance, resource: LegacyResource, way: Way): void {
  const { path, name, meta } = resource
  const schemas = entitySchemas(meta, name)
  const params = keyParams(meta)
  const tags = [path.split('/').at(-1) ?? path]

  app.get<Query>(
    path,
    {
      schema: {
        tags,
        summary: `List ${name}s`,
        querystring: listQuerySchema(schemas, 'offset'),
        response: { 200: listOf(schemas.row), ...problems },
      },
    },
    async ({ query }) => ({ items: await findByOffset(way.reader(), meta, readListQuery(query, 'id')) }),
  )
  app.get<One>(
    `${path}/:id`,
    { schema: { tags, summary: `Read a ${name}`, params, response: { 200: schemas.row, ...problems } } },
    async ({ params: { id } }) => readRow(way.reader(), resource, id),
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
      const row = await way.write((em) => createRow(em, resource, body))
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
      way.write(async (em) => changeRow(em, resource, await findRow(em, resource, id), body)),
  )
  app.delete<One>(
    `${path}/:id`,
    {
      schema: {
        tags,
        summary: `Delete a ${name}`,
        params,
        response: { 204: { type: 'null', description: 'It is gone.' }, ...problems },
      },
    },
    async ({ params: { id } }, reply) => {
      await way.write(async (em) => {
        em.remove(await findRow(em, resource, id))
        await em.flush()
      })
      return reply.code(204).send(null)
    },
  )
}
