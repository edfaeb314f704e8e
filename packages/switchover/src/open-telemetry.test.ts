import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { expect, test } from 'vitest'
import { reportTo } from './open-telemetry.ts'
import { openPair } from './pair.fixture.ts'
import { rolloutPhases } from './rollout-phase.ts'

test('calls, latencies, fallbacks and owed writes arrive as metrics', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] })
  const pair = await openPair(rolloutPhases[1], { onEvent: reportTo(provider.getMeter('test'), 'pair') })
  pair.target.behave('rejects')
  await pair.call.save('k', 'v')
  await pair.settled()
  await provider.forceFlush()
  const metrics = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((each) => each.metrics))
  const points = Object.fromEntries(
    metrics.map(({ descriptor, dataPoints }) => [
      descriptor.name,
      dataPoints.map(({ attributes }) => attributes),
    ]),
  )
  expect(points['switchover.calls']).toEqual([
    { switchover: 'pair', operation: 'save', side: 'legacy', outcome: 'answered' },
    { switchover: 'pair', operation: 'save', side: 'target', outcome: 'failed' },
  ])
  expect(points['switchover.call.duration']).toHaveLength(2)
  expect(points['switchover.owed']).toEqual([
    { switchover: 'pair', operation: 'save', side: 'target', reason: 'StoreBroken' },
  ])
  await provider.shutdown()
})
