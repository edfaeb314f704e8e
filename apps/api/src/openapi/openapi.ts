import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { problemSchema } from '../problem.ts'
import { describeOperation } from './describe-operation.ts'

/** Describes every operation that is added after it: as a document at `/openapi.json`, and for people at `/docs`. */
export async function openapi(
  app: FastifyInstance,
  { version, auth }: { readonly version: string; readonly auth: 'off' | 'tokens' },
): Promise<void> {
  app.addSchema(problemSchema)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Changeover',
        version,
        description:
          'The reference systems: legacy operations that answer the same in every phase, and the new ones.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      security: [],
      ...(auth === 'tokens' && {
        components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      }),
    },
    refResolver: { buildLocalReference: ({ $id }) => String($id) },
    transform: ({ schema, url, route }) => ({ schema: describeOperation(schema, route), url }),
  })
  await app.register(async (open) => {
    open.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'open' }
    })
    await open.register(swaggerUi, { routePrefix: '/docs' })
    open.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  })
}
