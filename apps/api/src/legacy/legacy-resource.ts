import type { EntityManager } from '@mikro-orm/postgresql'
import type { FastifyInstance } from 'fastify'
import { listOf } from '../documented.ts'
import type { Way } from '../in-phase.ts'
import { entitySchemas } from '../resource/entity-schema.ts'
import { findByOffset } from '../resource/find-page.ts'
import { listQuerySchema, readListQuery } from '../resource/list-query.ts'
import type { Schema } from '../resource/property-schema.ts'
import { resourceRoutes } from '../resource/resource-routes.ts'
import type { RowView } from '../resource/row-view.ts'
import { findRow, type Owner, type Resource } from '../resource/rows.ts'

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
  resourceRoutes(app, {
    resource,
    path,
    tag: path.split('/').at(-1) ?? path,
    way,
    schemas,
    row,
    page: listOf(row),
    querystring: listQuerySchema(schemas, 'offset'),
    async list(em, query, owner) {
      const rows = await findByOffset(em, meta, readListQuery(query, 'id'), owner)
      return { items: await shown(em, rows, owner) }
    },
    show: async (em, view, { owner }) => (await shown(em, [view], owner))[0],
    find: (em, { params }, owner) => findRow(em, resource, params.id, owner),
  })
}

function withMore(row: Schema, more: MoreFields | undefined): Schema {
  if (more === undefined) return row
  const { properties, required } = row as { properties: object; required: readonly string[] } // an object schema has them
  const added = Object.keys(more.properties)
  return { ...row, properties: { ...properties, ...more.properties }, required: [...required, ...added] }
}
