import { asActor, choiceChanges, toChoiceFailure } from '@changeover/choices'
import { fromEntityManager } from '@changeover/database/mikro-orm'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { listOf, problems } from '../../documented.ts'
import type { ChosenWay, Way } from '../../in-phase.ts'
import { limitSchema } from '../../resource/list-query.ts'
import { isoTime } from '../../resource/row-view.ts'
import type { Resource } from '../../resource/rows.ts'
import { versionedResource } from '../../resource/versioned-resource.ts'
import type { Caller } from '../served-system.ts'

type CallerOf = (request: FastifyRequest) => Caller

export interface ChoiceOptions extends Resource {
  readonly path: string
  readonly callerOf: CallerOf
}

const tag = 'choices'

/** The choices of a tenant for one field. Who changes one is recorded with the change. */
export function choiceRoutes(app: FastifyInstance, { callerOf, ...choice }: ChoiceOptions, way: Way): void {
  versionedResource(
    app,
    {
      ...choice,
      tag,
      rules: { tenant: 'tenantId', readOnly: ['isSystem'] },
      tenantOf: (request) => callerOf(request).tenant,
      begin: (em, request) => fromEntityManager(em).transaction((tx) => asActor(tx, callerOf(request).name)),
    },
    sayingWhatIsInUse(way),
  )
}

function sayingWhatIsInUse({ reader, write }: Way): Way {
  return {
    reader,
    write: (work) =>
      write(work).catch((error: unknown) => {
        throw toChoiceFailure(error) ?? error
      }),
  }
}

const anyRow = { anyOf: [{ type: 'object', additionalProperties: true }, { type: 'null' }] }
const change = {
  title: 'change of a choice',
  type: 'object',
  required: ['id', 'choice', 'choiceId', 'what', 'before', 'after', 'at', 'actor'],
  properties: {
    id: { type: 'string' },
    choice: { type: 'string' },
    choiceId: { type: 'string' },
    what: { type: 'string', enum: ['insert', 'update', 'delete'] },
    before: anyRow,
    after: anyRow,
    at: { type: 'string', format: 'date-time' },
    actor: { type: 'string' },
  },
}

/** What became of the choices of a tenant. */
export function choiceChangeRoutes(app: FastifyInstance, callerOf: CallerOf, way: ChosenWay): void {
  app.get<{ Querystring: { limit?: string; before?: string } }>(
    '/api/choices/changes',
    {
      schema: {
        tags: [tag],
        summary: 'List who changed which choice, when, from what to what; the newest first',
        querystring: {
          type: 'object',
          additionalProperties: false,
          properties: {
            limit: limitSchema,
            before: { type: 'string', pattern: '^[0-9]{1,18}$', description: 'The id of the last one seen.' },
          },
        },
        response: { 200: listOf(change), ...problems },
      },
    },
    async (request) => {
      const { limit = '100', before } = request.query
      const { tenant } = callerOf(request)
      const found = await way.read((database) => choiceChanges(database, tenant, Number(limit), before))
      return { items: found.map((each) => ({ ...each, at: isoTime(each.at) })) }
    },
  )
}
