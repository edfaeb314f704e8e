import { fromEntityManager } from '@changeover/database/mikro-orm'
import { ancestors, breadcrumb, children, move, subtree } from '@changeover/work-items'
import { z } from 'zod'
import type { FastifyInstance } from 'fastify'
import { listOf, pageOf, problems } from '../../documented.ts'
import type { Way } from '../../in-phase.ts'
import { afterSchema, limitSchema } from '../../resource/list-query.ts'
import { readToken, tokenOf } from '../../resource/opaque-token.ts'
import { isoTime } from '../../resource/row-view.ts'

const tags = ['work-items']
const idParams = {
  type: 'object',
  properties: { id: { type: 'string', format: 'uuid' } },
  required: ['id'],
}
const item = {
  title: 'hierarchy item',
  type: 'object',
  required: ['id', 'parentId', 'workType', 'title', 'status', 'createdAt', 'depth'],
  properties: {
    id: { type: 'string', format: 'uuid' },
    parentId: { type: ['string', 'null'] },
    workType: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'string' },
    createdAt: { type: 'string', format: 'date-time' },
    depth: { type: 'integer' },
  },
}
const trail = listOf(item)
const page = pageOf(item)
const querystring = {
  type: 'object',
  additionalProperties: false,
  properties: { limit: limitSchema, after: afterSchema },
}

interface One {
  Params: { id: string }
}
interface Paged extends One {
  Querystring: { limit?: string; after?: string }
}

const path = '/api/work-items/:id'

/** Where a work item stands: its children, all below it, all above it, and how it is moved. */
export function hierarchyRoutes(app: FastifyInstance, way: Way): void {
  belowRoutes(app, way)
  aboveRoutes(app, way)
  moveRoute(app, way)
}

function belowRoutes(app: FastifyInstance, way: Way): void {
  for (const [name, summary, find] of [
    ['children', 'List the children of a work item, oldest first', children],
    ['subtree', 'List a work item and all below it, level by level', subtree],
  ] as const)
    app.get<Paged>(
      `${path}/${name}`,
      { schema: { tags, summary, params: idParams, querystring, response: { 200: page, ...problems } } },
      async ({ params: { id }, query: { limit = '100', after } }) => {
        const cursor = after === undefined ? {} : { after: readToken(cursorShape, after) }
        const database = fromEntityManager(way.reader())
        const { items, next } = await find(database, id, { limit: Number(limit), ...cursor })
        return { items: items.map(viewOf), next: next === null ? null : tokenOf(next) }
      },
    )
}

function aboveRoutes(app: FastifyInstance, way: Way): void {
  for (const [name, summary, find] of [
    ['ancestors', 'List what is above a work item, the root first', ancestors],
    ['breadcrumb', 'List the way from the root to a work item', breadcrumb],
  ] as const)
    app.get<One>(
      `${path}/${name}`,
      { schema: { tags, summary, params: idParams, response: { 200: trail, ...problems } } },
      async ({ params: { id } }) => ({
        items: (await find(fromEntityManager(way.reader()), id)).map(viewOf),
      }),
    )
}

const newPlace = {
  type: 'object',
  additionalProperties: false,
  required: ['parent'],
  properties: { parent: { anyOf: [{ type: 'string', format: 'uuid' }, { type: 'null' }] } },
}

function moveRoute(app: FastifyInstance, way: Way): void {
  const summary = 'Place a work item, with all below it, under another one'
  const response = { 200: trail, ...problems }
  app.post<One & { Body: { parent: string | null } }>(
    `${path}/move`,
    { schema: { tags, summary, params: idParams, body: newPlace, response } },
    async ({ params: { id }, body: { parent } }) => ({
      items: await way.write(async (em) => {
        const database = fromEntityManager(em)
        await move(database, id, parent)
        return (await breadcrumb(database, id)).map(viewOf)
      }),
    }),
  )
}

function viewOf<Item extends { readonly createdAt: string }>(shown: Item): Item {
  return { ...shown, createdAt: isoTime(shown.createdAt) }
}

const cursorShape = z.strictObject({ depth: z.int(), createdAt: z.string(), id: z.uuid() })
