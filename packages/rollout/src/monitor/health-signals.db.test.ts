import { afterAll, beforeAll, expect, test } from 'vitest'
import { healthOf } from '../health.ts'
import { phases } from '../phase.ts'
import { type Home, openHome } from '../rollout.fixture.ts'
import { healthSignals } from './health-signals.ts'
import { createRequestMonitor } from './request-monitor.ts'
import { pruneMonitor, recordShadowReads, shadowStatistics } from './shadow-ledger.ts'

let home: Home
beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.close())

const stored = (migration: string) => ({
  migration,
  phase: phases['legacy-leads'],
  syncedSince: '2020-01-01T00:00:00Z',
})

test('what nobody measured is no signal, and costs points by name', async () => {
  const signals = await healthSignals(home.database, stored('silent'))
  expect(Object.keys(signals).toSorted()).toEqual(['longestTransactionSeconds', 'replicaLagSeconds'])
  expect(healthOf(signals).reasons.join()).toContain('addedErrorRate is unknown')
})

test('errors and latency are those beyond what legacy alone had', async () => {
  const monitor = createRequestMonitor(home.database, 'busy')
  for (let index = 0; index < 100; index++) {
    monitor.seen({ phase: 'legacy-only', isFailed: index < 1, writeMs: 10 })
    monitor.seen({ phase: 'legacy-leads', isFailed: index < 6, writeMs: 12 })
  }
  monitor.seen({ phase: 'legacy-leads', isFailed: false })
  await monitor.close()
  const signals = await healthSignals(home.database, stored('busy'))
  expect(signals.addedErrorRate).toBeCloseTo(6 / 101 - 0.01, 6)
  expect(signals.writeLatencyRatio).toBeCloseTo(1.2, 6)
})

test('counts that cannot be stored are kept for the next time', async () => {
  const said: unknown[] = []
  const broken = { isBroken: true }
  const monitor = createRequestMonitor(
    {
      inTransaction: false,
      query: (text, params) =>
        broken.isBroken ? Promise.reject(new Error('down')) : home.database.query(text, params),
    },
    'flaky',
    { onError: (error) => said.push(error) },
  )
  for (let index = 0; index < 30; index++) monitor.seen({ phase: 'legacy-leads', isFailed: false })
  await monitor.flush()
  broken.isBroken = false
  await monitor.close()
  expect(said).toHaveLength(1)
  expect((await healthSignals(home.database, stored('flaky'))).addedErrorRate).toBe(0)
})

test('shadow reads count by verdict, those against themselves apart, and old ones are forgotten', async () => {
  const record = recordShadowReads(home.database, 'shadowed')
  const seen = { operation: 'list', differences: [], controlMs: 1, candidateMs: 3 }
  for (const verdict of ['same', 'same', 'same', 'different', 'timed-out'] as const)
    await record({ ...seen, verdict, isAgainstItself: false })
  await record({ ...seen, verdict: 'same', isAgainstItself: true })
  expect(await shadowStatistics(home.database, 'shadowed')).toEqual([
    {
      operation: 'list',
      reads: 4,
      mismatches: 1,
      uncompared: 1,
      noiseReads: 1,
      noiseMismatches: 0,
      controlMs: 1,
      candidateMs: 3,
    },
  ])
  expect((await healthSignals(home.database, stored('shadowed'))).mismatchRate).toBe(0.25)
  await home.database.query(`update changeover.shadow_read set minute = minute - interval '31 days'`)
  await pruneMonitor(home.database, 'shadowed')
  expect(await shadowStatistics(home.database, 'shadowed')).toEqual([])
})
