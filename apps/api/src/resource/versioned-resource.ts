import type { EntityManager } from '@mikro-orm/postgresql'
import { fromEntityManager } from '@changeover/database/mikro-orm'
import { ident, sql } from '@changeover/mapping/sql'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { pageOf, problems } from '../documented.ts'
import type { Way } from '../in-phase.ts'
import { entitySchemas, keyParams } from './entity-schema.ts'
import { etagOf, requireVersion } from './etag.ts'
import { findAfter } from './find-page.ts'
import { listQuerySchema, readListQuery } from './list-query.ts'
import { type RowView, rowView } from './row-view.ts'
import {
  type Body,
  changeRow,
  createRow,
  findRow,
  type One,
  ownedBy,
  type Query,
  readRow,
  type Resource,
} from './rows.ts'

/** An entity of the new model with its path. */
export interface VersionedResource extends Resource {
  /** `/api/work-items` */
  readonly path: string
  /** Under which its operations are described. */
  readonly tag: string
  /** Runs first in each transaction that writes. */
  begin?(em: EntityManager, request: FastifyRequest): Promise<void>
}

interface Versioned extends One {
  Headers: { 'if-match'?: string }
}

/** The operations of an entity of the new model: lists by keyset, and changes of the version that their client has read. */
export function versionedResource(app: FastifyInstance, resource: VersionedResource, way: Way): void {
  const { path, name, meta, tag } = resource
  const schemas = entitySchemas(meta, name, resource.rules)
  const described = { tags: [tag] }
  const one = { ...described, params: keyParams(meta) }
  const headers = { type: 'object', properties: { 'if-match': { type: 'string' } } }
  const row = { 200: schemas.row, ...problems }
  const answer = (reply: FastifyReply, view: RowView) => reply.header('etag', etagOf(view)).send(view)
  const write = async <T>(request: FastifyRequest, work: (em: EntityManager) => Promise<T>) =>
    way.write(async (em) => {
      await resource.begin?.(em, request)
      return work(em)
    })
  const found = async (em: EntityManager, request: FastifyRequest<Versioned>) => {
    const { id } = request.params
    const version = request.headers['if-match']
    await lockRow(em, resource, id)
    const entity = await findRow(em, resource, id, ownedBy(resource, request))
    requireVersion(rowView(meta, entity), version, { resource: name, id })
    return entity
  }

  const page = { 200: pageOf(schemas.row), ...problems }
  const querystring = listQuerySchema(schemas, 'token')
  app.get<Query>(
    path,
    { schema: { ...described, summary: `List ${name}s`, querystring, response: page } },
    async (request) =>
      findAfter(way.reader(), meta, readListQuery(request.query, 'id'), ownedBy(resource, request)),
  )
  app.get<One>(
    `${path}/:id`,
    { schema: { ...one, summary: `Read a ${name}`, response: row } },
    async (request, reply) =>
      answer(reply, await readRow(way.reader(), resource, request.params.id, ownedBy(resource, request))),
  )
  const made = { 201: schemas.row, ...problems }
  app.post<Body>(
    path,
    { schema: { ...described, summary: `Create a ${name}`, body: schemas.create, response: made } },
    async (request, reply) => {
      const row = { ...request.body, ...ownedBy(resource, request) }
      const view = await write(request, (em) => createRow(em, resource, row))
      return answer(reply.code(201).header('location', `${path}/${String(view['id'])}`), view)
    },
  )
  const body = schemas.change
  app.patch<Versioned & Body>(
    `${path}/:id`,
    { schema: { ...one, summary: `Change a ${name}`, headers, body, response: row } },
    async (request, reply) =>
      answer(
        reply,
        await write(request, async (em) => changeRow(em, resource, await found(em, request), request.body)),
      ),
  )
  const gone = { 204: { type: 'null', description: 'It is gone.' }, ...problems }
  app.delete<Versioned>(
    `${path}/:id`,
    { schema: { ...one, summary: `Delete a ${name}`, headers, response: gone } },
    async (request, reply) => {
      await write(request, async (em) => {
        em.remove(await found(em, request))
        await em.flush()
      })
      return reply.code(204).send(null)
    },
  )
}

/** Two changes of one version: the second one waits, and then finds another version. */
async function lockRow(em: EntityManager, { meta }: Resource, id: string): Promise<void> {
  const statement = sql`select from ${ident(meta.tableName)} where id = $1 for no key update`
  await fromEntityManager(em).query(statement.text, [id])
}
