import { choiceSystem } from '@changeover/choices'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type RunningApi, startApi } from '../../api.fixture.ts'

let api: RunningApi
beforeAll(async () => {
  api = await startApi({ systems: [choiceSystem] })
})
afterAll(() => api.close())

interface Lead {
  readonly id: string
  readonly industry: string | null
  readonly industryRef: string | null
  readonly industryLabel: string | null
}

const send = (method: 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object, version = '*') =>
  api.app.inject({ method, url, headers: { 'if-match': version }, ...(payload && { payload }) })
const items = async <Item>(url: string) => (await api.app.inject(url)).json<{ items: Item[] }>().items
const industryOf = async (name: string) =>
  (await items<{ id: string }>(`/api/choices/industries?name=${name}`))[0]?.id ?? ''

describe('leads', () => {
  test('show old and new fields in every phase; a label is that of the reference, else the hard-coded one, else the value', async () => {
    const one = async (industry: string) => {
      const [lead] = await items<Lead>(`/api/leads?industry=${encodeURIComponent(industry)}&limit=1`)
      return [lead?.industry, lead?.industryRef === null, lead?.industryLabel]
    }
    expect(await one('tech')).toEqual(['tech', true, 'Technology'])
    expect(await one('宇宙')).toEqual(['宇宙', true, '宇宙'])
    await api.go('legacy-leads')
    await api.fill()
    for (const phase of ['legacy-leads', 'target-leads', 'target-only', 'target-leads'] as const) {
      await api.go(phase)
      expect(await one('tech')).toEqual(['tech', false, 'High-Tech'])
      expect(await one('宇宙')).toEqual(['宇宙', true, '宇宙'])
    }
  })

  test('choose among the choices of their tenant, and the old field follows', async () => {
    const made = await send('POST', '/api/leads', { company: 'Chooser', industry: 'free text' })
    const { id, industryRef } = made.json<Lead>()
    expect(industryRef).toBeNull()
    const chosen = await send('PATCH', `/api/leads/${id}/choices`, { industry: await industryOf('finance') })
    expect(chosen.statusCode).toBe(204)
    expect((await api.app.inject(`/api/leads/${id}`)).json()).toMatchObject({
      industry: 'finance',
      industryLabel: 'Finance',
    })
    const { rows } = await api.database.query<{ id: string }>(
      `select id::text as id from industry where tenant_id = 2 and name = 'space'`,
    )
    const foreign = await send('PATCH', `/api/leads/${id}/choices`, { industry: rows[0]?.id ?? '' })
    expect([foreign.statusCode, foreign.json<{ code: string }>().code]).toEqual([422, 'API.ROW_REFUSED'])
    const { rows: others } = await api.database.query<{ id: string }>(
      `select min(id)::text as id from lead where tenant_id = 2`,
    )
    expect((await api.app.inject(`/api/leads/${others[0]?.id}`)).statusCode).toBe(404)
    expect((await send('DELETE', `/api/leads/${others[0]?.id}`)).statusCode).toBe(404)
  })

  test('of which 1,000 are listed with their labels cost two statements', async () => {
    await api.database.query(
      `insert into changeover_legacy.lead (tenant_id, industry, status) select 1, (array['tech', 'Odd'])[1 + n % 2], 'new' from generate_series(1, 1000) n`,
    )
    const counted = async (limit: number) => {
      // Every statement goes by here, whoever asks it.
      const sent = vi.spyOn(pg.Query.prototype, 'submit')
      try {
        expect((await items(`/api/leads?limit=${limit}`)).length).toBe(limit)
        const texts = sent.mock.contexts.map((query) => String(Reflect.get(query as object, 'text'))) // a query of pg
        return texts.filter((text) => /\b(lead|shown_leads\w*)\b/.test(text)).length // the phase is read meanwhile
      } finally {
        sent.mockRestore()
      }
    }
    expect(await counted(1)).toBe(2)
    expect(await counted(1000)).toBe(2)
  })
})

describe('choices', () => {
  test('are listed, made, labelled and switched off by version, and the record says who did what', async () => {
    const made = await send('POST', '/api/choices/industries', { name: 'agro', label: 'Farming' })
    expect(made.statusCode).toBe(201)
    const { id, isActive } = made.json<{ id: string; isActive: boolean }>()
    expect(isActive).toBe(true)
    const url = `/api/choices/industries/${id}`
    const etag = String(made.headers['etag'])
    expect((await send('PATCH', url, { label: 'Agriculture', isActive: false }, etag)).statusCode).toBe(200)
    expect((await send('PATCH', url, { label: 'Late' }, etag)).json()).toMatchObject({
      code: 'API.VERSION_CHANGED',
    })
    expect((await send('PATCH', url, { name: 'farming' })).json()).toMatchObject({ name: 'farming' })
    expect((await send('DELETE', url)).statusCode).toBe(204)
    const changes = (await items<Change>('/api/choices/changes?limit=4')).filter(
      (each) => each.choiceId === id,
    )
    expect(
      changes.map(({ what, before, after, actor }) => [
        what,
        before?.name,
        before?.label,
        after?.name,
        after?.label,
        actor,
      ]),
    ).toEqual([
      ['delete', 'farming', 'Agriculture', undefined, undefined, 'anybody'],
      ['update', 'agro', 'Agriculture', 'farming', 'Agriculture', 'anybody'],
      ['update', 'agro', 'Farming', 'agro', 'Agriculture', 'anybody'],
      ['insert', undefined, undefined, 'agro', 'Farming', 'anybody'],
    ])
  })

  test('that leads use are neither deleted nor renamed, and may be labelled', async () => {
    const url = `/api/choices/industries/${await industryOf('tech')}`
    for (const answer of [await send('DELETE', url), await send('PATCH', url, { name: 'renamed' })]) {
      expect(answer.statusCode).toBe(409)
      expect(answer.json()).toMatchObject({ code: 'CHOICES.CHOICE_IN_USE' })
    }
    expect((await send('PATCH', url, { label: 'Tech!' })).json()).toMatchObject({ label: 'Tech!' })
  })

  test('of a value that was kept aside take its leads along', async () => {
    const [before] = await items<Lead>('/api/leads?industry=Odd&limit=1')
    expect(before?.industryRef).toBeNull()
    const made = await send('POST', '/api/choices/industries', { name: 'Odd', label: 'Odd ones' })
    const [after] = await items<Lead>(`/api/leads?industry=Odd&limit=1`)
    expect(after).toMatchObject({ industryRef: made.json<{ id: string }>().id, industryLabel: 'Odd ones' })
  })

  test('of other tenants are not there', async () => {
    const { rows } = await api.database.query<{ id: string }>(
      `select min(id)::text as id from industry where tenant_id = 2`,
    )
    const url = `/api/choices/industries/${rows[0]?.id}`
    expect((await api.app.inject(url)).statusCode).toBe(404)
    expect((await send('PATCH', url, { label: 'Mine' })).statusCode).toBe(404)
    expect((await send('DELETE', url)).statusCode).toBe(404)
    expect(
      (await send('POST', '/api/choices/industries', { name: 'x', label: 'x', tenantId: '2' })).statusCode,
    ).toBe(400)
    expect((await api.app.inject('/api/choices/industries?tenantId=2')).statusCode).toBe(400)
  })
})

interface Change {
  readonly choiceId: string
  readonly what: string
  readonly actor: string
  readonly before: { readonly name: string; readonly label: string } | null
  readonly after: { readonly name: string; readonly label: string } | null
}
