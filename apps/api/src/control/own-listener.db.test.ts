import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { expect, test } from 'vitest'
import { createApi, createControlApi } from '../create-api.ts'
import { readSettings } from '../settings.ts'

test('the control plane is on its own listener alone where it has one, and asks there for a token too', async () => {
  const { url: DATABASE_URL, drop } = await createTestDatabase()
  const environment = { DATABASE_URL, LOG_LEVEL: 'silent', MAX_EVENT_LOOP_DELAY_MS: '0' }
  const version = 'a test'
  const options = { ...readSettings({ ...environment, CONTROL_PORT: '0' }), version }
  const asking = { ...readSettings({ ...environment, CONTROL_PORT: '0', AUTH: 'tokens' }), version }
  const apps = [
    await createApi(options),
    await createControlApi(options),
    await createControlApi(asking),
    await createApi({ ...readSettings(environment), version }),
  ]
  const statuses = []
  for (const app of apps) statuses.push((await app?.inject('/control/migrations'))?.statusCode)
  expect(statuses).toEqual([404, 200, 401, 200])
  expect((await apps[1]?.inject('/api/leads'))?.statusCode).toBe(404)
  expect(await createControlApi({ ...options, controlPort: undefined })).toBeUndefined()
  for (const app of apps) await app?.close()
  await drop()
})

test('a listener that others can reach asks for tokens, also where only that of the control plane is one', () => {
  const environment = {
    DATABASE_URL: 'postgres://localhost/demo',
    CONTROL_PORT: '4000',
    CONTROL_HOST: '0.0.0.0',
  }
  expect(readSettings(environment).auth).toBe('tokens')
  expect(() => readSettings({ ...environment, AUTH: 'off' })).toThrow(
    expect.objectContaining({ code: 'API.OPEN_TO_STRANGERS' }),
  )
})
