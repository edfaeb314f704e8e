import { owedState } from '@changeover/dual-write'
import type { Database } from '@changeover/database'
import { phaseNames, type StoredPhase } from '@changeover/rollout'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import type { FastifyInstance } from 'fastify'
import { problems } from '../documented.ts'

export interface MetricsOptions {
  readonly database: Database
  /** What this process knows of the phase of each system; nothing of one that is not installed. */
  known(): readonly { readonly stored: StoredPhase; readonly ageMs: number }[]
}

type Meter = ReturnType<MeterProvider['getMeter']>

const described = {
  tags: ['operations'],
  summary: 'How it goes, for Prometheus',
  response: {
    200: { description: 'Done.', content: { 'text/plain': { schema: { type: 'string' }, example: 'up 1' } } },
    ...problems,
  },
}

/**
 * Measures every request, and answers `/metrics` in the text format of Prometheus. Names are those of OpenTelemetry where it has one.
 *
 * Labels are routes, methods, statuses, migrations and phases: never what a client sends, of which there is no end.
 * Cost of an answer: one statement for each migration.
 */
export function metrics(app: FastifyInstance, { database, known }: MetricsOptions): void {
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const provider = new MeterProvider({ readers: [exporter] })
  const meter = provider.getMeter('changeover.api')
  measureRequests(app, meter)
  measurePhases(meter, { database, known })
  measureEventLoop(app, meter)

  // No prefix, no timestamps, no labels of the resource; one process has one target and one scope.
  const serializer = new PrometheusSerializer('', false, undefined, true, true)
  app.get(
    '/metrics',
    { schema: described, config: { access: 'viewer', rateLimit: false } },
    async (request, reply) => {
      const { resourceMetrics, errors } = await exporter.collect()
      for (const error of errors) request.log.warn({ err: error }, 'a measure could not be taken')
      return reply
        .type('text/plain; version=0.0.4; charset=utf-8')
        .send(serializer.serialize(resourceMetrics))
    },
  )
  app.addHook('onClose', async () => {
    await provider.shutdown()
  })
}

function measureRequests(app: FastifyInstance, meter: Meter): void {
  const duration = meter.createHistogram('http.server.request.duration', {
    description: 'How long answers take, by route.',
    unit: 's',
    advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] },
  })
  app.addHook('onResponse', async (request, reply) => {
    duration.record(reply.elapsedTime / 1_000, {
      'http.request.method': request.method,
      'http.route': request.routeOptions.url ?? 'unknown',
      'http.response.status_code': reply.statusCode,
    })
  })
}

function measurePhases(meter: Meter, { database, known }: MetricsOptions): void {
  const phase = meter.createObservableGauge('changeover.phase', {
    description: '1 for the phase that this process acts by, 0 for the others.',
  })
  const epoch = meter.createObservableGauge('changeover.epoch', {
    description: 'The number of the phase change.',
  })
  const age = meter.createObservableGauge('changeover.phase.age', {
    description: 'When the database last confirmed the phase.',
    unit: 's',
  })
  const owed = meter.createObservableGauge('changeover.owed', {
    description: 'Keys that the other side has not got yet.',
  })
  meter.addBatchObservableCallback(
    async (observed) => {
      for (const { stored, ageMs } of known()) {
        const { migration } = stored
        for (const name of phaseNames)
          observed.observe(phase, Number(name === stored.phase.name), { migration, phase: name })
        observed.observe(epoch, Number(stored.epoch), { migration })
        observed.observe(age, ageMs / 1_000, { migration })
        observed.observe(owed, (await owedState(database, migration)).keys, { migration })
      }
    },
    [phase, epoch, age, owed],
  )
}

/** As the plugin measures it that turns clients away. */
function measureEventLoop(app: FastifyInstance, meter: Meter): void {
  meter
    .createObservableGauge('nodejs.eventloop.delay.mean', {
      description: 'Over the last second: by it clients are turned away.',
      unit: 's',
    })
    .addCallback((observed) => observed.observe(app.memoryUsage().eventLoopDelay / 1_000))
}
