import type { Queryable } from '@changeover/database'
import type { FastifyInstance } from 'fastify'
import { listOf, problems } from '../documented.ts'
import { legacyCallers } from './legacy-calls.ts'

const caller = {
  title: 'caller of a legacy operation',
  type: 'object',
  required: ['client', 'operation', 'calls', 'lastAt'],
  properties: {
    client: { type: 'string' },
    operation: { type: 'string', examples: ['GET /api/staff-tasks'] },
    calls: { type: 'string', pattern: '^[0-9]+$', description: 'A whole number.' },
    lastAt: { type: 'string', format: 'date-time' },
  },
}

/** Who still depends on the legacy operations. */
export function legacyCallerRoute(app: FastifyInstance, database: Queryable): void {
  app.get<{ Querystring: { since?: string } }>(
    '/control/legacy-callers',
    {
      config: { access: 'viewer' },
      schema: {
        tags: ['control'],
        summary: 'List who called which legacy operation, and how often; the busiest first',
        querystring: {
          type: 'object',
          additionalProperties: false,
          properties: {
            since: {
              type: 'string',
              format: 'date',
              description: 'From that day on (UTC); all unless given.',
            },
          },
        },
        response: { 200: listOf(caller), ...problems },
      },
    },
    async ({ query: { since = '-infinity' } }) => ({ items: await legacyCallers(database, since) }),
  )
}
