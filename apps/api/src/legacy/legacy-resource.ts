import type { EntityManager } from '@mikro-orm/postgresql'
import type { FastifyInstance } from 'fastify'
import { listOf, problems } from '../documented.ts'
import type { Way } from '../in-phase.ts'
import { entitySchemas, keyParams } from '../resource/entity-schema.ts'
import type { Schema } from '../resource/property-schema.ts'
import { findByOffset } from '../resource/find-page.ts'
import { listQuerySchema, readListQuery } from '../resource/list-query.ts'
import type { RowView } from '../resource/row-view.ts'
import {
  type Body,
  changeRow,
  createRow,
  findRow,
  type One,
  ownedBy,
  type Owner,
  type Query,
  readRow,
  type Resource,
} from '../resource/rows.ts'

/** A legacy entity with its path. */
export interface LegacyResource extends Resource {
  /** `/api/staff-tasks` */
  readonly path: string
  /** What its answers have besides the columns. */
  readonly more?: MoreFields
}

export interface MoreFields {
  readonly properties: Readonly<Record<string, Schema>>
  /** Adds them to rows of one owner, in their order. */
  addTo(em: EntityManager, rows: readonly RowView[], owner: Owner): Promise<readonly RowView[]>
}

/** The operations of a legacy entity: the same paths and shapes in every phase, since the way decides where its rows are. */
export function legacyResource(app: FastifyInstance, resource: LegacyResource, way: Way): void {
  const { path, name, meta, more } = resource
  const schemas = entitySchemas(meta, name, resource.rules)
  const row = withMore(schemas.row, more)
  const shown = async (em: EntityManager, rows: readonly RowView[], owner: Owner) =>
    more === undefined ? rows : more.addTo(em, rows, owner)
  const one = async (em: EntityManager, view: RowView, owner: Owner) => (await shown(em, [view], owner))[0]
  const params = keyParams(meta)
  const tags = [path.split('/').at(-1) ?? path]

  app.get<Query>(
    path,
    {
      schema: {
        tags,
        summary: `List ${name}s`,
        querystring: listQuerySchema(schemas, 'offset'),
        response: { 200: listOf(row), ...problems },
      },
    },
    async (request) => {
      const [em, owner] = [way.reader(), ownedBy(resource, request)]
      const rows = await findByOffset(em, meta, readListQuery(request.query, 'id'), owner)
      return { items: await shown(em, rows, owner) }
    },
  )
  app.get<One>(
    `${path}/:id`,
    { schema: { tags, summary: `Read a ${name}`, params, response: { 200: row, ...problems } } },
    async (request) => {
      const [em, owner] = [way.reader(), ownedBy(resource, request)]
      return one(em, await readRow(em, resource, request.params.id, owner), owner)
    },
  )
  app.post<Body>(
    path,
    {
      schema: {
        tags,
        summary: `Create a ${name}`,
        body: schemas.create,
        response: { 201: row, ...problems },
      },
    },
    async (request, reply) => {
      const owner = ownedBy(resource, request)
      const made = await way.write(async (em) =>
        one(em, await createRow(em, resource, { ...request.body, ...owner }), owner),
      )
      return reply
        .code(201)
        .header('location', `${path}/${String(made?.['id'])}`)
        .send(made)
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
        response: { 200: row, ...problems },
      },
    },
    async (request) => {
      const owner = ownedBy(resource, request)
      return way.write(async (em) => {
        const entity = await findRow(em, resource, request.params.id, owner)
        return one(em, await changeRow(em, resource, entity, request.body), owner)
      })
    },
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
    async (request, reply) => {
      await way.write(async (em) => {
        em.remove(await findRow(em, resource, request.params.id, ownedBy(resource, request)))
        await em.flush()
      })
      return reply.code(204).send(null)
    },
  )
}

function withMore(row: Schema, more: MoreFields | undefined): Schema {
  if (more === undefined) return row
  const { properties, required } = row as { properties: object; required: readonly string[] } // an object schema has them
  const added = Object.keys(more.properties)
  return { ...row, properties: { ...properties, ...more.properties }, required: [...required, ...added] }
}
