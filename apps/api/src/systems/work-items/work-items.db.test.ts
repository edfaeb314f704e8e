import type { InjectOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningApi, startApi } from '../../api.fixture.ts'

let api: RunningApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

interface Row {
  readonly id: string
  readonly title: string
  readonly status: string
}

const ask = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, rest: InjectOptions = {}) =>
  api.app.inject({ method, url: `/api/work-items${url}`, ...rest })
const make = async (payload: object) => {
  const made = await ask('POST', '', { payload })
  expect(made.json()).toMatchObject({ id: expect.any(String) })
  return made.json<Row>()
}

/** All pages of a list, one after the other. */
async function pages(
  query: string,
  between: () => Promise<unknown> = async () => {},
): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (let after: string | null = null; ; ) {
    const page = await ask('GET', `?limit=50&${query}${after === null ? '' : `&after=${after}`}`)
    expect(page.statusCode).toBe(200)
    const { items, next } = page.json<{ items: Row[]; next: string | null }>()
    rows.push(...items)
    if (next === null) return rows
    after = next
    await between()
  }
}

test('what is not written yet is not answered', async () => {
  const answer = await ask('GET', '')
  expect(answer.statusCode).toBe(409)
  expect(answer.headers['content-type']).toContain('application/problem+json')
  expect(answer.json()).toMatchObject({
    code: 'API.TARGET_NOT_WRITTEN',
    fix: expect.stringContaining('phase advance'),
  })
})

test('what only follows is read, and not written', async () => {
  await api.go('legacy-leads')
  await api.fill()
  expect((await ask('GET', '')).statusCode).toBe(200)
  expect((await ask('POST', '', { payload: { workType: 'task', title: 'New' } })).json()).toMatchObject({
    status: 409,
    code: 'API.TARGET_FOLLOWS',
  })
})

test('FM-47 a list that was begun before a flip goes on after it, each row once', async () => {
  const page = async (after: string) =>
    (await ask('GET', `?limit=200&sort=-title${after}`)).json<{ items: Row[]; next: string | null }>()
  const first = await page('')
  await api.go('target-leads')
  const second = await page(`&after=${first.next}`)
  const ids = [...first.items, ...second.items].map(({ id }) => id)
  expect(second.next).toBeNull()
  expect(ids).toHaveLength(375)
  expect(new Set(ids).size).toBe(375)
})

describe('while the target leads', () => {
  test('an item is made, read, changed and deleted, each time with its version', async () => {
    const made = await ask('POST', '', {
      payload: { workType: 'task', title: 'Built', allocatedBudget: '12.50' },
    })
    expect(made.statusCode).toBe(201)
    const { id } = made.json<Row>()
    expect(made.headers['location']).toBe(`/api/work-items/${id}`)
    const read = await ask('GET', `/${id}`)
    expect(read.headers['etag']).toBe(made.headers['etag'])
    expect(read.json()).toMatchObject({
      title: 'Built',
      allocatedBudget: '12.50',
      status: 'not_started',
      parent: null,
    })
    const headers = { 'if-match': String(read.headers['etag']) }
    const changed = await ask('PATCH', `/${id}`, { headers, payload: { status: 'in_progress' } })
    expect(changed.json()).toMatchObject({ status: 'in_progress', title: 'Built' })
    expect(changed.headers['etag']).not.toBe(read.headers['etag'])
    expect((await ask('DELETE', `/${id}`, { headers })).json()).toMatchObject({
      code: 'API.VERSION_CHANGED',
      status: 412,
    })
    expect(
      (await ask('DELETE', `/${id}`, { headers: { 'if-match': String(changed.headers['etag']) } }))
        .statusCode,
    ).toBe(204)
    expect((await ask('GET', `/${id}`)).json()).toMatchObject({ code: 'API.ROW_NOT_FOUND', status: 404 })
  })

  test('a change that names no version is refused', async () => {
    const { id } = await make({ workType: 'task', title: 'Unversioned' })
    expect((await ask('PATCH', `/${id}`, { payload: { title: 'x' } })).json()).toMatchObject({
      status: 428,
      code: 'API.VERSION_MISSING',
    })
  })

  test('of changes of one version at the same time one comes through', async () => {
    const { id } = await make({ workType: 'task', title: 'Wanted by many' })
    const etag = String((await ask('GET', `/${id}`)).headers['etag'])
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        ask('PATCH', `/${id}`, { headers: { 'if-match': etag }, payload: { progress: index + 1 } }),
      ),
    )
    expect(
      answers
        .map(({ statusCode }) => String(statusCode))
        .toSorted()
        .join(' '),
    ).toBe('200 412 412 412 412 412')
  })

  test.each([
    'sort=-createdAt',
    'sort=dueDate',
    'sort=-dueDate',
    'sort=title',
    'workType=task&sort=-startDate',
  ])('pages by %s show each row once, whatever is made and deleted meanwhile', async (query) => {
    const before = new Set((await pages(query)).map(({ id }) => id))
    expect(before.size).toBeGreaterThan(100)
    const seen = await pages(query, async () => {
      const { id } = await make({ workType: 'task', title: 'In between' })
      await api.database.query(`delete from work_item where id = $1`, [id])
    })
    const ids = seen.map(({ id }) => id).filter((id) => before.has(id))
    expect(ids).toHaveLength(before.size)
    expect(new Set(ids)).toEqual(before)
  })

  test('FM-47 a token of another list, and one that was not made here, are refused', async () => {
    const { next } = (await ask('GET', '?limit=5&sort=title')).json<{ next: string }>()
    for (const url of [
      `?limit=5&sort=-title&after=${next}`,
      `?sort=title&status=blocked&after=${next}`,
      '?after=bm8',
    ])
      expect((await ask('GET', url)).json()).toMatchObject({ status: 400, code: 'API.PAGE_TOKEN_INVALID' })
  })

  test('FM-47 a token that did not name its list would leave out rows of another one (mutation)', async () => {
    const nextOf = async (query: string) => (await ask('GET', query)).json<{ next: string }>().next
    const read = (token: string) => JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
    const place = read(await nextOf('?limit=5&sort=title'))
    const { of } = read(await nextOf('?limit=5&sort=-title'))
    const forged = Buffer.from(JSON.stringify({ ...place, of })).toString('base64url')
    const page = (await ask('GET', `?limit=200&sort=-title&after=${forged}`)).json<{
      items: Row[]
      next: string | null
    }>()
    expect(page.next).toBeNull()
    expect(page.items.length).toBeLessThan(10) // of hundreds
  })

  test('an item shows what is above and below it, and moves where the rules let it', async () => {
    // What the legacy project needs and cannot invent.
    const needed = {
      startDate: '2026-01-01',
      relatedObjectType: 'community_need',
      relatedObjectId: crypto.randomUUID(),
    }
    const project = await make({ workType: 'project', title: 'Top', ...needed })
    const task = await make({ workType: 'task', title: 'Middle', parent: project.id })
    const subtask = await make({ workType: 'subtask', title: 'Leaf', parent: task.id })
    const other = await make({ workType: 'task', title: 'Other' })
    const titles = async (url: string) =>
      (await ask('GET', url)).json<{ items: Row[] }>().items.map(({ title }) => title)
    expect(await titles(`/${project.id}/subtree`)).toEqual(['Top', 'Middle', 'Leaf'])
    expect(await titles(`/${project.id}/children`)).toEqual(['Middle'])
    expect(await titles(`/${subtask.id}/breadcrumb`)).toEqual(['Top', 'Middle', 'Leaf'])
    expect(await titles(`/${subtask.id}/ancestors`)).toEqual(['Top', 'Middle'])
    const move = async (id: string, parent: string | null) =>
      (await ask('POST', `/${id}/move`, { payload: { parent } })).json<{ items: Row[] }>()
    expect((await move(subtask.id, other.id)).items.map(({ title }) => title)).toEqual(['Other', 'Leaf'])
    expect(await move(subtask.id, project.id)).toMatchObject({
      status: 422,
      code: 'WORK_ITEMS.CHILD_NOT_ALLOWED',
    })
    expect(await move(task.id, crypto.randomUUID())).toMatchObject({
      status: 422,
      code: 'WORK_ITEMS.PARENT_NOT_FOUND',
    })
  })

  test('what legacy cannot hold is refused, naming the rule', async () => {
    const answer = await ask('POST', '', { payload: { workType: 'project', title: 'Without a need' } })
    expect(answer.json()).toMatchObject({
      status: 422,
      code: 'DUAL_WRITE.ROW_REFUSED',
      detail: expect.stringContaining('initiatedDate would be NULL'),
    })
  })

  test.each([
    [{ workType: 'task' }, 'title'],
    [{ workType: 'dream', title: 'x' }, 'workType'],
    [{ workType: 'task', title: 'x', progress: '5' }, 'progress'],
    [{ workType: 'task', title: 'x'.repeat(501) }, 'title'],
    [{ workType: 'task', title: 'x', dueDate: '2026-02-30' }, 'dueDate'],
    [{ workType: 'task', title: 'x', allocatedBudget: '1.234' }, 'allocatedBudget'],
    [{ workType: 'task', title: 'x', colour: 'red' }, 'colour'],
  ])('%j is refused, naming %s', async (payload, named) => {
    const answer = (await ask('POST', '', { payload })).json<{ status: number; detail: string }>()
    expect(answer).toMatchObject({ status: 400, code: 'API.REQUEST_INVALID' })
    expect(answer.detail).toContain(named)
  })
})
