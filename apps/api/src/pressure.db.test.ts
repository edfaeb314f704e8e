import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type RunningApi, startApi } from './api.fixture.ts'

let api: RunningApi
let busy: NodeJS.Timeout
let address: string
beforeAll(async () => {
  api = await startApi({ maxEventLoopDelayMs: 1 })
  busy = setInterval(() => {
    for (const until = performance.now() + 40; performance.now() < until; );
  }, 50)
  // Else the first request would come before anything is measured, and pass for that reason.
  await vi.waitFor(() => expect(api.app.memoryUsage().eventLoopDelay).toBeGreaterThan(1), 15_000)
  address = await api.app.listen({ host: '127.0.0.1', port: 0 })
}, 30_000)
afterAll(async () => {
  clearInterval(busy)
  await api.close()
})

const statusOf = async (path: string) => (await fetch(`${address}${path}`)).status

test('clients are turned away while the process cannot keep up, but not for its start, and never who operates it', async () => {
  expect(await statusOf('/api/events?limit=1')).toBe(200)
  await expect.poll(() => statusOf('/api/events?limit=1'), { timeout: 15_000 }).toBe(503)
  const answer = await fetch(`${address}/api/events?limit=1`)
  expect(answer.headers.get('retry-after')).toBe('1')
  expect(await answer.json()).toMatchObject({ code: 'API.OVERLOADED', retriable: true })
  expect(await statusOf('/control/migrations/work-items')).toBe(200)
  expect(await statusOf('/livez')).toBe(200)
})
