import { createPoolDatabase, listen } from '@changeover/database'
import { proxyDiscovery, StaleTwins } from '@changeover/proxies/mikro-orm'
import { type PhaseWatch, watchPhase } from '@changeover/rollout'
import { Event, ormOptions, ProjectWorkflow, StaffTask, WorkItem, workItems } from '@changeover/work-items'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import underPressure from '@fastify/under-pressure'
import { type EntityMetadata, MikroORM } from '@mikro-orm/postgresql'
import Fastify, { type FastifyInstance } from 'fastify'
import { calendarRoutes } from './calendar/calendar-routes.ts'
import { inPhase, type InPhase } from './in-phase.ts'
import { announceDeprecation } from './legacy/deprecation.ts'
import { legacyResource } from './legacy/legacy-resource.ts'
import { operations } from './operations.ts'
import { answerProblem, answerUnknownRoute, problemSchema } from './problem.ts'
import type { Settings } from './settings.ts'
import { hierarchyRoutes } from './work-items/hierarchy-routes.ts'
import { workItemRoutes } from './work-items/work-item-routes.ts'

export interface ApiOptions extends Settings {
  /** What `/version` says of this build. */
  readonly version: string
}

/** A running application, ready to listen. `close` lets open requests end, then leaves the database. */
export type Api = FastifyInstance

/**
 * Composes the application: one way to the database, the phase, and the operations.
 *
 * Errors: DATABASE.* when the database does not answer; ROLLOUT.PHASE_MISSING when nothing is installed.
 */
export async function createApi(options: ApiOptions): Promise<Api> {
  const app = Fastify({
    logger: { level: options.logLevel, redact: ['req.headers.authorization', 'req.headers.cookie'] },
    // A value of the wrong type is an error of its client, not something to be guessed.
    ajv: {
      customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: true, allErrors: false },
    },
    genReqId: () => crypto.randomUUID(),
    routerOptions: { ignoreTrailingSlash: true },
    forceCloseConnections: 'idle',
  })
  const { orm, watch } = await open(app, options)
  app.setErrorHandler(answerProblem)
  app.setNotFoundHandler(answerUnknownRoute)
  app.addSchema(problemSchema)
  await app.register(helmet)
  await app.register(rateLimit, { max: options.rateLimitPerMinute, timeWindow: '1 minute' })
  await app.register(underPressure, { maxEventLoopDelay: options.maxEventLoopDelayMs })
  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'Changeover', version: options.version } },
  })
  await app.register(swaggerUi, { routePrefix: '/docs' })
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id)
  })
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  operations(app, { version: options.version, watch, isReachable: () => isReachable(orm) })
  await routes(app, orm, inPhase(orm, watch), options)
  return app
}

async function open(
  app: FastifyInstance,
  { databaseUrl }: ApiOptions,
): Promise<{ orm: MikroORM; watch: PhaseWatch }> {
  const { mappings, name } = workItems
  const orm = new MikroORM({
    ...ormOptions,
    clientUrl: databaseUrl,
    discovery: { onMetadata: proxyDiscovery(mappings) },
    subscribers: [new StaleTwins(mappings)],
  })
  const database = createPoolDatabase({ url: databaseUrl, maxConnections: 1 })
  const onError = (error: unknown) => app.log.warn({ err: error }, 'the phase could not be read')
  const watch = await watchPhase(database, name, {
    listen: (channel, onNotify) => listen({ url: databaseUrl, channel, onNotify, onError }),
    onError,
  }).catch(async (error: unknown) => {
    await database.close()
    throw error
  })
  app.addHook('onClose', async () => {
    await watch.close()
    await database.close()
    await orm.close()
  })
  return { orm, watch }
}

async function routes(
  app: FastifyInstance,
  orm: MikroORM,
  ways: InPhase,
  options: ApiOptions,
): Promise<void> {
  const metaOf = (entity: object): EntityMetadata => orm.getMetadata().get(entity as never) // what an ORM knows its entities by
  const { legacyDeprecatedSince: since, legacySunset: sunset } = options
  await app.register(async (legacy) => {
    announceDeprecation(legacy, { since, sunset, successor: '/docs' })
    for (const [path, name, entity] of [
      ['/api/staff-tasks', 'staff task', StaffTask],
      ['/api/project-workflows', 'project workflow', ProjectWorkflow],
      ['/api/events', 'event', Event],
    ] as const)
      legacyResource(legacy, { path, name, meta: metaOf(entity) }, ways.legacy)
  })
  workItemRoutes(app, metaOf(WorkItem), ways.target)
  hierarchyRoutes(app, ways.target)
  calendarRoutes(app, ways, { isUnified: options.usesUnifiedCalendar, now: () => new Date() })
}

async function isReachable(orm: MikroORM): Promise<boolean> {
  return orm.em
    .fork()
    .execute('select 1')
    .then(
      () => true,
      () => false,
    )
}
