import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningApi, startApi } from '../api.fixture.ts'

let api: RunningApi
beforeAll(async () => {
  api = await startApi({ auth: 'tokens' })
})
afterAll(() => api.close())

/** Values by name and labels, as Prometheus reads them. */
async function scrape(): Promise<ReadonlyMap<string, number>> {
  const { body, statusCode } = await api.app.inject({
    url: '/metrics',
    headers: await api.as({ role: 'viewer' }),
  })
  expect(statusCode).toBe(200)
  const samples = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    samples.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}

describe('the metrics', () => {
  test('count requests by route, method and status, and never by what a client sent', async () => {
    const headers = await api.as({ name: 'private-name', tenant: '1' })
    for (const id of ['41', '42', 'no-number'])
      await api.app.inject({ url: `/api/staff-tasks/${id}`, headers })
    await api.app.inject({ url: '/api/secret-path', headers })
    const samples = await scrape()
    const route = 'http_route="/api/staff-tasks/:id"'
    const counted = [...samples].filter(([name]) => name.startsWith('http_server_request_duration_count'))
    expect(counted.filter(([name]) => name.includes(route)).reduce((sum, [, value]) => sum + value, 0)).toBe(
      3,
    )
    expect(counted.some(([name]) => name.includes('http_route="unknown"'))).toBe(true)
    expect([...samples.keys()].join('\n')).not.toMatch(/secret-path|private-name|no-number/)
  })

  test('tell the phase that the process acts by, and what is owed', async () => {
    const before = await scrape()
    expect(before.get('changeover_phase{migration="work-items",phase="legacy-only"}')).toBe(1)
    await api.go('legacy-leads')
    const after = await scrape()
    expect(after.get('changeover_phase{migration="work-items",phase="legacy-leads"}')).toBe(1)
    expect(after.get('changeover_phase{migration="work-items",phase="legacy-only"}')).toBe(0)
    expect(after.get('changeover_epoch{migration="work-items"}')).toBe(2)
    expect(after.get('changeover_owed{migration="work-items"}')).toBe(0)
  })

  test('are for viewers', async () => {
    expect((await api.app.inject('/metrics')).statusCode).toBe(401)
    expect(
      (await api.app.inject({ url: '/metrics', headers: await api.as({ tenant: '1' }) })).statusCode,
    ).toBe(403)
  })
})
