import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningApi, startApi } from './api.fixture.ts'
import { servedSystems } from './systems/served-systems.ts'

let api: RunningApi
beforeAll(async () => {
  api = await startApi({
    legacyDeprecatedSince: '2026-12-31',
    legacySunset: '2027-06-30',
    rateLimitPerMinute: 30,
  })
})
afterAll(() => api.close())

describe('the application', () => {
  test('says that it lives, that it is ready and by which phase, and which build it is', async () => {
    expect((await api.app.inject('/livez')).json()).toEqual({ status: 'alive' })
    const { status, systems } = (await api.app.inject('/readyz')).json<{
      status: string
      systems: object[]
    }>()
    expect(status).toBe('ready')
    expect(systems).toContainEqual({
      migration: 'work-items',
      installed: true,
      phase: 'legacy-only',
      epoch: '1',
      phaseAgeMs: expect.any(Number) as number,
    })
    expect(systems.length).toBe(servedSystems.length)
    expect((await api.app.inject('/version')).json()).toEqual({ version: '0.0.0-test' })
  })

  test('says of legacy endpoints since when and until when they are there, and of others nothing', async () => {
    const { headers } = await api.app.inject('/api/staff-tasks?limit=1')
    expect(headers).toMatchObject({
      deprecation: '@1798675200',
      sunset: 'Wed, 30 Jun 2027 00:00:00 GMT',
      link: '</docs>; rel="successor-version"',
    })
    expect((await api.app.inject('/version')).headers['deprecation']).toBeUndefined()
  })

  test('describes every operation, each of which has a tag, a summary and what it answers', async () => {
    const { openapi, paths } = (await api.app.inject('/openapi.json')).json<Document>()
    expect(openapi).toBe('3.1.0')
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, ...operation })),
    )
    expect(operations.length).toBeGreaterThan(20)
    expect(operations.filter(({ tags = [], responses }) => tags.length === 0 || !responses)).toEqual([])
    expect(operations.filter(({ name, summary }) => name.includes('/api/') && summary === undefined)).toEqual(
      [],
    )
  })

  test('answers what is not there, and what is no JSON, as a problem with the id of the request', async () => {
    const unknown = await api.app.inject('/api/nothing')
    expect(unknown.json()).toMatchObject({
      status: 404,
      code: 'API.ROUTE_UNKNOWN',
      instance: unknown.headers['x-request-id'],
    })
    const headers = { 'content-type': 'application/json' }
    const broken = await api.app.inject({
      method: 'POST',
      url: '/api/staff-tasks',
      headers,
      payload: '{"title":',
    })
    expect(broken.json()).toMatchObject({ status: 400, code: 'API.REQUEST_INVALID' })
  })

  test('slows down a client that asks too much, but not who asks whether it lives', async () => {
    const statuses = []
    for (let index = 0; index < 40; index++)
      statuses.push((await api.app.inject('/api/events?limit=1')).statusCode)
    expect(statuses.at(-1)).toBe(429)
    expect((await api.app.inject('/livez')).statusCode).toBe(200)
  })
})

interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}
interface Operation {
  readonly tags?: readonly string[]
  readonly summary?: string
  readonly responses?: object
}
