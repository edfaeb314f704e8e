import { hostname } from 'node:os'
import { createPoolDatabase, type Database, runDdl } from '@changeover/database'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { controlPlane } from './control/control-plane.ts'
import { closeAnsweredConnections } from './drain.ts'
import { errors } from './errors.ts'
import { authenticate, identified } from './identity/authenticate.ts'
import { identityLedger } from './identity/identity-ledger.ts'
import { announceDeprecation } from './legacy/deprecation.ts'
import { legacyCallerRoute } from './legacy/legacy-caller-route.ts'
import { countLegacyCalls, legacyCallLedger, type LegacyCalls } from './legacy/legacy-calls.ts'
import { metrics } from './metrics/metrics.ts'
import { sayWhatIsGone } from './legacy/legacy-gone.ts'
import { operations } from './operations.ts'
import { openapi } from './openapi/openapi.ts'
import { turnAwayUnderPressure } from './pressure.ts'
import { answerProblem, answerUnknownRoute } from './problem.ts'
import { refuseUnstorableText } from './refuse-unstorable-text.ts'
import { maxKeyLength } from './resource/entity-schema.ts'
import type { Settings } from './settings.ts'
import { type OpenSystem, openSystem } from './systems/open-system.ts'
import type { Caller, SystemScope } from './systems/served-system.ts'
import { servedSystems } from './systems/served-systems.ts'

export interface ApiOptions extends Settings {
  /** What `/version` says of this build. */
  readonly version: string
}

/** A running application, ready to listen. `close` lets open requests end, then leaves the database. */
export type Api = FastifyInstance

/**
 * Composes the application: a way to the database, the phases, and the operations of every system. The control plane is among them where it
 * has no listener of its own.
 *
 * Errors: DATABASE.* when the database does not answer.
 */
export async function createApi(options: ApiOptions): Promise<Api> {
  const app = newApp(options)
  const { database, systems } = await open(app, options)
  await common(app, database, options)
  operations(app, {
    version: options.version,
    systems: () => systems.map(readiness),
    isReachable: () => isReachable(database),
  })
  metrics(app, { database, known: () => systems.flatMap((each) => readiness(each).known ?? []) })
  const calls = countLegacyCalls(database, (error) =>
    app.log.warn({ err: error }, 'calls could not be stored'),
  )
  app.addHook('onClose', () => calls.close())
  legacyCallerRoute(app, database)
  for (const each of systems) await serve(app, each, options, calls)
  if (options.controlPort === undefined) control(app, options)
  return app
}

/** The control plane alone, for a listener of its own; undefined where it is beside everything else. */
export async function createControlApi(options: ApiOptions): Promise<Api | undefined> {
  if (options.controlPort === undefined) return undefined
  const app = newApp(options)
  const database = createPoolDatabase({ url: options.databaseUrl, maxConnections: 2 })
  app.addHook('onClose', () => database.close())
  await runDdl(database, identityLedger)
  await common(app, database, options)
  control(app, options)
  return app
}

/** Long work and transitions hold connections, which requests for data must not wait for. */
function control(app: FastifyInstance, { databaseUrl, rehearseEverySeconds }: ApiOptions): void {
  const database = createPoolDatabase({ url: databaseUrl, maxConnections: 6 })
  app.addHook('onClose', () => database.close())
  const migrations = servedSystems.map(({ migration }) => migration)
  controlPlane(app, { database, migrations, now: () => new Date(), rehearseEverySeconds })
}

function newApp({ logLevel }: ApiOptions): FastifyInstance {
  return Fastify({
    logger: { level: logLevel, redact: ['req.headers.authorization', 'req.headers.cookie'] },
    // A value of the wrong type is an error of its client, not something to be guessed.
    ajv: {
      customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: true, allErrors: false },
    },
    genReqId: () => crypto.randomUUID(),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: maxKeyLength },
    // Of what the router itself refuses.
    frameworkErrors: answerProblem,
    forceCloseConnections: 'idle',
  })
}

/** What every listener has: problems, limits, the description of its operations, and who asks. */
async function common(app: FastifyInstance, database: Database, options: ApiOptions): Promise<void> {
  closeAnsweredConnections(app)
  app.setErrorHandler(answerProblem)
  refuseUnstorableText(app)
  app.setNotFoundHandler(answerUnknownRoute)
  await app.register(helmet)
  await app.register(rateLimit, { max: options.rateLimitPerMinute, timeWindow: '1 minute' })
  await turnAwayUnderPressure(app, options.maxEventLoopDelayMs)
  await openapi(app, options)
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id)
  })
  authenticate(app, database, options)
}

async function open(app: FastifyInstance, { databaseUrl: url, version }: ApiOptions) {
  const database = createPoolDatabase({ url, maxConnections: 4 })
  const systems: OpenSystem[] = []
  const close = async () => {
    for (const system of systems) await system.close()
    await database.close()
  }
  const onError = (error: unknown) => app.log.warn({ err: error }, 'the phase could not be read')
  // Two on one host and in one process are two.
  const instance = `${hostname()}-${process.pid}-${crypto.randomUUID().slice(0, 8)}`
  const shared = { url, database, instance, build: version, onError }
  try {
    await runDdl(database, [...identityLedger, ...legacyCallLedger])
    for (const system of servedSystems) systems.push(await openSystem(system, shared))
  } catch (error) {
    await close()
    throw error
  }
  app.addHook('onClose', close)
  return { database, systems }
}

/** The operations of one system, all of which are refused as long as it is not installed. */
async function serve(
  app: FastifyInstance,
  { system, orm, ways, watch, requireInstalled }: OpenSystem,
  settings: Settings,
  calls: LegacyCalls,
): Promise<void> {
  // An entity class is what an ORM knows its metadata by.
  const metaOf: SystemScope['metaOf'] = (entity) => orm.getMetadata().get(entity as never)
  const scope: SystemScope = { ways, settings, metaOf, callerOf }
  await app.register(async (own) => {
    own.addHook('onRequest', requireInstalled)
    system.serve(own, scope)
    await own.register(async (legacy) => {
      const { legacyDeprecatedSince: since, legacySunset: sunset } = settings
      announceDeprecation(legacy, { since, sunset, successor: '/docs' })
      legacy.addHook('onResponse', async ({ identity, method, routeOptions }) =>
        calls.count(identity?.name ?? 'unknown', `${method} ${routeOptions.url}`),
      )
      const isContracted = () => watch()?.current().phase.name === 'contracted'
      sayWhatIsGone(legacy, { migration: system.migration.name, isContracted })
      system.serveLegacy?.(legacy, scope)
    })
  })
}

/** Who asks for the rows of a tenant. */
function callerOf(request: FastifyRequest): Caller {
  const { name, tenant } = identified(request)
  if (tenant === null) throw errors.FORBIDDEN({ name, needed: 'a tenant' })
  return { name, tenant }
}

function readiness({ system, watch }: OpenSystem) {
  const known = watch()
  return {
    migration: system.migration.name,
    known: known && { stored: known.current(), ageMs: known.ageMs() },
  }
}

async function isReachable(database: Database): Promise<boolean> {
  return database.query('select 1').then(
    () => true,
    () => false,
  )
}
