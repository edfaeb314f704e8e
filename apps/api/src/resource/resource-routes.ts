import type { EntityManager } from '@mikro-orm/postgresql'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { problems } from '../documented.ts'
import type { Way } from '../in-phase.ts'
import { type EntitySchemas, keyParams } from './entity-schema.ts'
import type { Schema } from './property-schema.ts'
import type { RowView } from './row-view.ts'
import {
  type Body,
  changeRow,
  createRow,
  type One,
  ownedBy,
  type Owner,
  type Query,
  readRow,
  type Resource,
} from './rows.ts'

/** A request for one row: by its key, and of a version where clients must say which one they have read. */
interface OneVersion extends One {
  Headers: { 'if-match'?: string }
}

/** What is to be known of a resource to serve its five operations. */
export interface ResourceRoutes {
  readonly resource: Resource
  /** `/api/work-items` */
  readonly path: string
  /** Under which its operations are described. */
  readonly tag: string
  readonly way: Way
  readonly schemas: EntitySchemas
  /** One row as it is answered, and a list. */
  readonly row: Schema
  readonly page: Schema
  readonly querystring: Schema
  /** Headers that a change takes. */
  readonly headers?: Schema
  list(em: EntityManager, query: Query['Querystring'], owner: Owner): Promise<object>
  /** The answer for one row, with what belongs to it in headers. */
  show(em: EntityManager, view: RowView, asked: Asked): Promise<RowView | undefined>
  /** The entity that is to be changed, in the transaction of the change. */
  find(em: EntityManager, request: FastifyRequest<OneVersion>, owner: Owner): Promise<object>
  /** Runs first in each transaction that writes. */
  begin?(em: EntityManager, request: FastifyRequest): Promise<void>
}

interface Asked {
  readonly owner: Owner
  readonly reply: FastifyReply
}

/** List, read, create, change and delete. The way decides where the rows are. */
export function resourceRoutes(app: FastifyInstance, routes: ResourceRoutes): void {
  listRoute(app, routes)
  readRoute(app, routes)
  createRoute(app, routes)
  changeRoute(app, routes)
  deleteRoute(app, routes)
}

function listRoute(app: FastifyInstance, routes: ResourceRoutes): void {
  const { path, resource, querystring, page, way } = routes
  app.get<Query>(
    path,
    { schema: described(routes, `List ${resource.name}s`, { 200: page }, { querystring }) },
    async (request) => routes.list(way.reader(), request.query, ownedBy(resource, request)),
  )
}

function readRoute(app: FastifyInstance, routes: ResourceRoutes): void {
  const { path, resource, row, way } = routes
  app.get<One>(
    `${path}/:id`,
    { schema: described(routes, `Read a ${resource.name}`, { 200: row }, ofOne(routes)) },
    async (request, reply) => {
      const [em, owner] = [way.reader(), ownedBy(resource, request)]
      const view = await readRow(em, resource, request.params.id, owner)
      return routes.show(em, view, { owner, reply })
    },
  )
}

function createRoute(app: FastifyInstance, routes: ResourceRoutes): void {
  const { path, resource, row, schemas } = routes
  app.post<Body>(
    path,
    { schema: described(routes, `Create a ${resource.name}`, { 201: row }, { body: schemas.create }) },
    async (request, reply) => {
      const owner = ownedBy(resource, request)
      const made = await writing(routes, request, async (em) =>
        routes.show(em, await createRow(em, resource, { ...request.body, ...owner }), { owner, reply }),
      )
      return reply
        .code(201)
        .header('location', `${path}/${String(made?.['id'])}`)
        .send(made)
    },
  )
}

function changeRoute(app: FastifyInstance, routes: ResourceRoutes): void {
  const { path, resource, row, schemas } = routes
  const taken = { ...ofOne(routes), ...headersOf(routes), body: schemas.change }
  app.patch<OneVersion & Body>(
    `${path}/:id`,
    { schema: described(routes, `Change a ${resource.name}`, { 200: row }, taken) },
    async (request, reply) => {
      const owner = ownedBy(resource, request)
      return writing(routes, request, async (em) => {
        const entity = await routes.find(em, request, owner)
        return routes.show(em, await changeRow(em, resource, entity, request.body), { owner, reply })
      })
    },
  )
}

function deleteRoute(app: FastifyInstance, routes: ResourceRoutes): void {
  const { path, resource } = routes
  const gone = { 204: { type: 'null', description: 'It is gone.' } }
  const taken = { ...ofOne(routes), ...headersOf(routes) }
  app.delete<OneVersion>(
    `${path}/:id`,
    { schema: described(routes, `Delete a ${resource.name}`, gone, taken) },
    async (request, reply) => {
      await writing(routes, request, async (em) => {
        em.remove(await routes.find(em, request, ownedBy(resource, request)))
        await em.flush()
      })
      return reply.code(204).send(null)
    },
  )
}

function described({ tag }: ResourceRoutes, summary: string, response: object, taken: object) {
  return { tags: [tag], summary, ...taken, response: { ...response, ...problems } }
}

function ofOne({ resource: { meta } }: ResourceRoutes) {
  return { params: keyParams(meta) }
}

function headersOf({ headers }: ResourceRoutes) {
  return headers === undefined ? {} : { headers }
}

function writing<T>(
  { way, begin }: ResourceRoutes,
  request: FastifyRequest,
  work: (em: EntityManager) => Promise<T>,
): Promise<T> {
  return way.write(async (em) => {
    await begin?.(em, request)
    return work(em)
  })
}
