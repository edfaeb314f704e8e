import { describe, expect, test } from 'vitest'
import { startApi } from '../api.fixture.ts'
import { countLegacyCalls } from './legacy-calls.ts'

describe('the callers of legacy operations', () => {
  test('are counted by client and operation, those of other operations are not, and nothing is lost at the end', async () => {
    const api = await startApi({ auth: 'tokens' })
    const [mobile, web] = [
      await api.as({ name: 'mobile', tenant: '1' }),
      await api.as({ name: 'web', tenant: '2' }),
    ]
    for (const headers of [mobile, mobile, web])
      await api.app.inject({ url: '/api/staff-tasks?limit=1', headers })
    await api.app.inject({ url: '/api/events/00000000-0000-0000-0000-000000000000', headers: web })
    await api.app.inject({ url: '/api/staff-tasks' })
    await api.app.inject({ url: '/api/calendar.json', headers: web })
    await api.app.close()
    const { rows } = await api.database.query(
      'SELECT client, operation, calls::int AS calls FROM changeover_api.legacy_call ORDER BY 1, 2',
    )
    expect(rows).toEqual([
      { client: 'mobile', operation: 'GET /api/staff-tasks', calls: 2 },
      { client: 'unknown', operation: 'GET /api/staff-tasks', calls: 1 },
      { client: 'web', operation: 'GET /api/events/:id', calls: 1 },
      { client: 'web', operation: 'GET /api/staff-tasks', calls: 1 },
    ])
    await api.close()
  })

  test('are told to a viewer, the busiest first, and kept while they cannot be stored', async () => {
    const api = await startApi({ auth: 'tokens', systems: [] })
    const said: unknown[] = []
    const broken = { isBroken: true }
    const calls = countLegacyCalls(
      {
        inTransaction: false,
        query: (text, params) =>
          broken.isBroken ? Promise.reject(new Error('down')) : api.database.query(text, params),
      },
      (error) => said.push(error),
    )
    for (const client of ['a', 'b', 'b']) calls.count(client, 'GET /old')
    await calls.flush()
    broken.isBroken = false
    calls.count('a', 'GET /old')
    calls.count('a', 'GET /old')
    await calls.close()
    expect(said).toHaveLength(1)
    const ask = async (role: 'viewer' | null) =>
      api.app.inject({
        url: '/control/legacy-callers?since=2026-01-01',
        headers: await api.as({ tenant: '1', role }),
      })
    expect((await ask(null)).statusCode).toBe(403)
    const { items } = (await ask('viewer')).json<{ items: { client: string; calls: string }[] }>()
    expect(items.map(({ client, calls: count }) => [client, count])).toEqual([
      ['a', '3'],
      ['b', '2'],
    ])
    await api.close()
  })
})
