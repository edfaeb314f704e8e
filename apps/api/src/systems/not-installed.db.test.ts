import { install } from '@changeover/migration'
import { migrate, workItems } from '@changeover/work-items'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningApi, startApi } from '../api.fixture.ts'

let api: RunningApi
beforeAll(async () => {
  api = await startApi({ systems: [] })
})
afterAll(() => api.close())

test('the application runs where nothing is installed, says so, and serves a system from the moment on in which it is', async () => {
  const readiness = async () => (await api.app.inject('/readyz')).json<{ systems: object[] }>().systems
  expect(await readiness()).toContainEqual({ migration: 'work-items', installed: false })
  const refused = await api.app.inject('/api/staff-tasks')
  expect(refused.statusCode).toBe(503)
  expect(refused.json()).toMatchObject({ code: 'API.SYSTEM_NOT_INSTALLED', retriable: true })

  await migrate(api.url)
  await install(api.database, workItems)
  const many = await Promise.all(Array.from({ length: 5 }, () => api.app.inject('/api/staff-tasks')))
  expect(many.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200, 200])
  expect(await readiness()).toContainEqual(expect.objectContaining({ installed: true, phase: 'legacy-only' }))
})
