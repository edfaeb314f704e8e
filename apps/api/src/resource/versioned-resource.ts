import type { EntityManager } from '@mikro-orm/postgresql'
import { fromEntityManager } from '@changeover/database/mikro-orm'
import { ident, sql } from '@changeover/mapping/sql'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { pageOf } from '../documented.ts'
import type { Way } from '../in-phase.ts'
import { entitySchemas } from './entity-schema.ts'
import { etagOf, requireVersion } from './etag.ts'
import { findAfter } from './find-page.ts'
import { listQuerySchema, readListQuery } from './list-query.ts'
import { resourceRoutes } from './resource-routes.ts'
import { rowView } from './row-view.ts'
import { findRow, type Resource } from './rows.ts'

/** An entity of the new model with its path. */
export interface VersionedResource extends Resource {
  /** `/api/work-items` */
  readonly path: string
  /** Under which its operations are described. */
  readonly tag: string
  /** Runs first in each transaction that writes. */
  begin?(em: EntityManager, request: FastifyRequest): Promise<void>
}

/** The operations of an entity of the new model: lists by keyset, and changes of the version that their client has read. */
export function versionedResource(app: FastifyInstance, resource: VersionedResource, way: Way): void {
  const { path, name, meta, tag, begin } = resource
  const schemas = entitySchemas(meta, name, resource.rules)
  resourceRoutes(app, {
    resource,
    path,
    tag,
    way,
    schemas,
    row: schemas.row,
    page: pageOf(schemas.row),
    querystring: listQuerySchema(schemas, 'token'),
    headers: { type: 'object', properties: { 'if-match': { type: 'string' } } },
    list: (em, query, owner) => findAfter(em, meta, readListQuery(query, 'id'), owner),
    async show(_em, view, { reply }) {
      void reply.header('etag', etagOf(view))
      return view
    },
    async find(em, { params: { id }, headers }, owner) {
      await lockRow(em, resource, id)
      const entity = await findRow(em, resource, id, owner)
      requireVersion(rowView(meta, entity), headers['if-match'], { resource: name, id })
      return entity
    },
    ...(begin && { begin }),
  })
}

/** Two changes of one version: the second one waits, and then finds another version. */
async function lockRow(em: EntityManager, { meta }: Resource, id: string): Promise<void> {
  const statement = sql`select from ${ident(meta.tableName)} where id = $1 for no key update`
  await fromEntityManager(em).query(statement.text, [id])
}
