import { choiceSystem } from '@changeover/choices'
import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningApi, startApi } from '../api.fixture.ts'
import { operationsOf } from '../openapi/document.fixture.ts'
import { createToken, listTokens, revokeToken } from './tokens.ts'

let api: RunningApi
beforeAll(async () => {
  api = await startApi({ systems: [choiceSystem], auth: 'tokens' })
  await api.go('target-leads') // where all of them can be written
})
afterAll(() => api.close())

const open = ['get /livez', 'get /readyz', 'get /version']
const operations = () => operationsOf(api.app.swagger())

/** A request as the document shows it, with that id in its path. */
function requestOf(
  { method, path, operation }: ReturnType<typeof operations>[number],
  id = '1',
): InjectOptions {
  const body = operation.requestBody?.content?.['application/json']?.example
  return {
    method: method.toUpperCase() as 'GET', // as the document has it
    url: path.replaceAll(/\{[^}]+\}/g, id),
    ...(body !== undefined && { payload: body as object }), // an example of an object is one
  }
}

describe('whoever asks', () => {
  test('is asked for a token by every operation but those of load balancers', async () => {
    const asked = await Promise.all(
      operations().map(async (each) => ({ name: each.name, answer: await api.app.inject(requestOf(each)) })),
    )
    const unasked = asked.filter(({ answer }) => answer.statusCode !== 401).map(({ name }) => name)
    expect(unasked.toSorted()).toEqual(open)
    expect(asked.length).toBeGreaterThan(80)
    const [first] = asked.filter(({ name }) => name.includes('/api/'))
    expect(first?.answer.headers['www-authenticate']).toBe('Bearer')
    expect(first?.answer.json()).toMatchObject({ code: 'API.UNAUTHENTICATED', status: 401 })
  })

  test('is refused by every operation on data where the token has no tenant, be it an admin', async () => {
    const headers = await api.as({ role: 'admin' })
    const data = operations().filter(({ path }) => path.startsWith('/api/'))
    for (const each of data) {
      const { statusCode } = await api.app.inject({ ...requestOf(each), headers })
      expect([each.name, statusCode]).toEqual([each.name, 403])
    }
  })

  test('is told nothing of what is there: an unknown path asks for a token too', async () => {
    expect((await api.app.inject('/api/nothing')).statusCode).toBe(401)
    expect(
      (await api.app.inject({ url: '/api/nothing', headers: await api.as({ tenant: '1' }) })).statusCode,
    ).toBe(404)
  })

  test.each([
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    'Bearer cvr_nonsense',
    'Bearer a.b.c',
    `Bearer ${'x'.repeat(9_000)}`,
  ])('is not known by %s', async (authorization) => {
    expect((await api.app.inject({ url: '/api/leads', headers: { authorization } })).statusCode).toBe(401)
  })
})

describe('a token', () => {
  test('is shown once and kept as a hash', async () => {
    const { token } = await createToken(api.database, { name: 'ci', tenant: '1', role: null, by: 'test' })
    const { rows } = await api.database.query<{ row: string }>(
      'SELECT t::text AS row FROM changeover_api.token AS t',
    )
    expect(rows.filter(({ row }) => row.includes(token))).toEqual([])
    expect(
      (await api.app.inject({ url: '/api/leads', headers: { authorization: `Bearer ${token}` } })).statusCode,
    ).toBe(200)
  })

  test('ends when it is revoked or expires, and what became of it is recorded', async () => {
    const past = new Date(Date.now() - 1_000).toISOString()
    const made = { tenant: '1', role: null, by: 'anna' }
    const expired = await createToken(api.database, { ...made, name: 'expired', expiresAt: past })
    const revoked = await createToken(api.database, { ...made, name: 'revoked' })
    await revokeToken(api.database, revoked.id, 'ben')
    for (const { token } of [expired, revoked])
      expect(
        (await api.app.inject({ url: '/api/leads', headers: { authorization: `Bearer ${token}` } }))
          .statusCode,
      ).toBe(401)
    await expect(revokeToken(api.database, revoked.id, 'ben')).rejects.toMatchObject({
      code: 'API.TOKEN_UNKNOWN',
    })
    const { rows } = await api.database.query(
      'SELECT what, by FROM changeover_api.token_event WHERE token_id = $1 ORDER BY id',
      [revoked.id],
    )
    expect(rows).toEqual([
      { what: 'created', by: 'anna' },
      { what: 'revoked', by: 'ben' },
    ])
    expect((await listTokens(api.database)).find(({ id }) => id === revoked.id)?.revokedAt).not.toBeNull()
  })

  test('good for nothing is not made', async () => {
    await expect(
      createToken(api.database, { name: 'nothing', tenant: null, role: null, by: 'test' }),
    ).rejects.toMatchObject({ code: 'API.TOKEN_EMPTY' })
  })
})

/** Every table whose rows belong to a tenant, by the path of its operations. */
const ofTenants = {
  '/api/leads': 'lead',
  '/api/choices/industries': 'industry',
  '/api/choices/lead-sources': 'lead_source',
  '/api/choices/lead-statuses': 'lead_status',
  '/api/choices/marketing-channels': 'marketing_channel',
}

describe('the rows of another tenant', () => {
  const rowsOf = async (table: string) =>
    (
      await api.database.query<{ id: string; row: string }>(
        `SELECT id::text AS id, t::text AS row FROM ${table} AS t WHERE tenant_id = 1 ORDER BY id`,
      )
    ).rows

  test('are those of every table with a tenant that has operations', async () => {
    const { rows } = await api.database.query<{ name: string }>(
      `SELECT c.relname AS name FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE a.attname = 'tenant_id' AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace`,
    )
    const unserved = ['choice_change', 'choice_audit']
    expect(
      rows
        .map(({ name }) => name)
        .filter((name) => !unserved.includes(name))
        .toSorted(),
    ).toEqual(Object.values(ofTenants).toSorted())
  })

  test.each(Object.entries(ofTenants))('are not found and not changed through %s', async (path, table) => {
    const before = await rowsOf(table)
    const [victim] = before
    const headers = await api.as({ tenant: '2', role: 'admin' })
    const single = operations().filter((each) => each.path.startsWith(`${path}/{`))
    expect(single.length).toBeGreaterThanOrEqual(3)
    for (const each of single) {
      const request = requestOf(each, victim?.id)
      const answer = await api.app.inject({ ...request, headers: { ...headers, 'if-match': '"any"' } })
      expect([each.name, answer.statusCode]).toEqual([each.name, 404])
      expect(answer.body).not.toContain(victim?.row ?? '')
    }
    const list = await api.app.inject({ url: path, headers })
    const ids = list.json<{ items: { id: string }[] }>().items.map(({ id }) => id)
    expect(ids.filter((id) => before.some((each) => each.id === id))).toEqual([])
    expect(await rowsOf(table)).toEqual(before)
  })

  test('cannot be made by a body, a query or a header that names it', async () => {
    const headers = await api.as({ tenant: '2' })
    const payload = { status: 'new', tenantId: '1' }
    const count = (await rowsOf('lead')).length
    for (const request of [
      { method: 'POST', url: '/api/leads', payload },
      { method: 'GET', url: '/api/leads?tenantId=1' },
    ] as const)
      expect((await api.app.inject({ ...request, headers })).statusCode).toBe(400)
    await api.app.inject({
      method: 'POST',
      url: '/api/leads',
      payload: { status: 'new' },
      headers: { ...headers, 'x-tenant-id': '1' },
    })
    expect((await rowsOf('lead')).length).toBe(count)
  })
})
