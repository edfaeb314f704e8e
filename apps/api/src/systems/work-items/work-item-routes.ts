import type { EntityMetadata } from '@mikro-orm/postgresql'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Way } from '../../in-phase.ts'
import { entitySchemas } from '../../resource/entity-schema.ts'
import { etagOf, requireVersion } from '../../resource/etag.ts'
import { findAfter } from '../../resource/find-page.ts'
import { listQuerySchema, readListQuery } from '../../resource/list-query.ts'
import { type RowView, rowView } from '../../resource/row-view.ts'
import { changeRow, createRow, findRow, readRow } from '../../resource/rows.ts'
import { problems, tags, idParams } from './documented.ts'

const path = '/api/work-items'
const name = 'work item'
/** Moved by an operation of its own, which the rules of the hierarchy judge. */
const moved = 'parent'

interface One {
  Params: { id: string }
}
interface Body {
  Body: Record<string, unknown>
}
interface Versioned extends One {
  Headers: { 'if-match'?: string }
}

/** Work items: lists by keyset, and changes of the version that their client has read. */
export function workItemRoutes(app: FastifyInstance, meta: EntityMetadata, way: Way): void {
  const resource = { name, meta }
  const schemas = entitySchemas(meta, name)
  const headers = { type: 'object', properties: { 'if-match': { type: 'string' } } }
  const page = {
    type: 'object',
    required: ['items', 'next'],
    properties: { items: { type: 'array', items: schemas.row }, next: { type: ['string', 'null'] } },
  }
  const one = { 200: schemas.row, ...problems }
  const answer = (reply: FastifyReply, row: RowView) => reply.header('etag', etagOf(row)).send(row)

  app.get<{ Querystring: Record<string, string> }>(
    path,
    {
      schema: {
        tags,
        summary: 'List work items',
        querystring: listQuerySchema(schemas, 'token'),
        response: { 200: page, ...problems },
      },
    },
    async ({ query }) => findAfter(way.reader(), meta, readListQuery(query, 'id')),
  )
  app.get<One>(
    `${path}/:id`,
    { schema: { tags, summary: 'Read a work item', params: idParams, response: one } },
    async ({ params: { id } }, reply) => answer(reply, await readRow(way.reader(), resource, id)),
  )
  app.post<Body>(
    path,
    {
      schema: {
        tags,
        summary: 'Create a work item',
        body: schemas.create,
        response: { 201: schemas.row, ...problems },
      },
    },
    async ({ body }, reply) => {
      const row = await way.write((em) => createRow(em, resource, body))
      return answer(reply.code(201).header('location', `${path}/${String(row['id'])}`), row)
    },
  )
  app.patch<Versioned & Body>(
    `${path}/:id`,
    {
      schema: {
        tags,
        summary: 'Change a work item',
        params: idParams,
        headers,
        body: withoutParent(schemas.change),
        response: one,
      },
    },
    async ({ params: { id }, headers: { 'if-match': version }, body }, reply) => {
      const row = await way.write(async (em) => {
        await lockRow(em, id)
        const entity = await findRow(em, resource, id)
        requireVersion(rowView(meta, entity), version, { resource: name, id })
        return changeRow(em, resource, entity, body)
      })
      return answer(reply, row)
    },
  )
  app.delete<Versioned>(
    `${path}/:id`,
    {
      schema: {
        tags,
        summary: 'Delete a work item',
        params: idParams,
        headers,
        response: { 204: { type: 'null' }, ...problems },
      },
    },
    async ({ params: { id }, headers: { 'if-match': version } }, reply) => {
      await way.write(async (em) => {
        await lockRow(em, id)
        const entity = await findRow(em, resource, id)
        requireVersion(rowView(meta, entity), version, { resource: name, id })
        em.remove(entity)
        await em.flush()
      })
      return reply.code(204).send(null)
    },
  )
}

/** Two changes of one version: the second one waits, and then finds another version. */
async function lockRow(
  em: { execute(sql: string, params: unknown[]): Promise<unknown> },
  id: string,
): Promise<void> {
  await em.execute('select from work_item where id = ? for no key update', [id])
}

function withoutParent(schema: Readonly<Record<string, unknown>>) {
  const { [moved]: _parent, ...properties } = schema['properties'] as Record<string, unknown> // an object schema has them
  return { ...schema, properties }
}
