import { contract, recordRestoredBackup } from '@changeover/migration'
import type { PhaseName } from '@changeover/rollout'
import { endpointFlags, supplierTaskSystem } from '@changeover/supplier-tasks'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type RunningApi, startApi } from '../../api.fixture.ts'

let api: RunningApi
beforeAll(async () => {
  const v2Endpoints = endpointFlags({ USE_V2_API: 'true', USE_V2_API_CREATING: 'false' })
  api = await startApi({ systems: [supplierTaskSystem], v2Endpoints })
})
afterAll(() => api.close())

const get = (url: string) => api.app.inject(url)
const put = (url: string, payload: object) => api.app.inject({ method: 'PUT', url, payload })
const day = '?today=2026-01-20'

/** Which version answers each group of endpoints. */
async function versions(): Promise<readonly unknown[]> {
  const answers = [
    await get(`/api/supplier-tasks/dashboard${day}`),
    await get('/api/project-tasks?project=p-1'),
    await put('/api/supplier-tasks/sti-10/due-date', { due: null }),
    await api.app.inject({
      method: 'POST',
      url: '/api/assignments',
      payload: { supplier: 's-1', project: 'p-1' },
    }),
  ]
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 204, 200])
  return answers.map(({ headers }) => headers['x-model-version'])
}

describe('USE_V2_API', () => {
  const byPhase: readonly (readonly [PhaseName, readonly string[]])[] = [
    ['legacy-only', ['v1', 'v1', 'v1', 'v1']],
    ['legacy-leads', ['v1', 'v1', 'v1', 'v1']],
    ['target-leads', ['v2', 'v2', 'v2', 'v1']],
    ['legacy-leads', ['v1', 'v1', 'v1', 'v1']],
    ['target-leads', ['v2', 'v2', 'v2', 'v1']],
  ]
  for (const [index, [phase, expected]] of byPhase.entries())
    test(`${index + 1}. in ${phase} moves each group that is flagged, within what the phase permits`, async () => {
      await api.go(phase)
      if (index === 1) await api.fill()
      expect(await versions()).toEqual(expected)
      await expectOneAnswer()
    })

  test('FM-45 moves nobody to a target that is not proven to hold the rows: the share of reads says who', async () => {
    await api.go('legacy-leads')
    await api.database.query('update changeover.backfill set state = $1', ['stopped'])
    await expect(api.readFromTarget()).rejects.toMatchObject({
      code: 'ROLLOUT.GATES_CLOSED',
      message: expect.stringContaining('backfill-finished'),
    })
    expect(await versions()).toEqual(['v1', 'v1', 'v1', 'v1'])
    await api.fill()
    await api.readFromTarget()
    await vi.waitFor(async () => expect(await versions()).toEqual(['v2', 'v2', 'v1', 'v1']), 10_000)
    await expectOneAnswer()
  })

  test('FM-45 a router that asks the flag and the phase alone shows a target without rows (mutation)', async () => {
    const empty = await startApi({
      systems: [supplierTaskSystem],
      v2Endpoints: endpointFlags({ USE_V2_API: 'true' }),
    })
    await empty.go('legacy-leads')
    const overdue = async () =>
      (await empty.app.inject(`/api/supplier-tasks/dashboard${day}`)).json<{ overdue: number }>().overdue
    expect(await overdue()).toBeGreaterThan(0)
    await empty.database.query('update changeover.phase set read_percent = 100, version = version + 1')
    await vi.waitFor(async () => expect(await overdue()).toBe(0), 10_000)
    await empty.close()
  })
})

/** V1 and whichever version answers say the same. */
async function expectOneAnswer(): Promise<void> {
  const [v1, routed] = [
    await get(`/api/v1/supplier-tasks/dashboard${day}`),
    await get(`/api/supplier-tasks/dashboard${day}`),
  ]
  expect(routed.json()).toEqual(v1.json())
  expect(v1.json<{ overdue: number }>().overdue).toBeGreaterThan(0)
}

describe('V2', () => {
  test('is not written as long as it follows', async () => {
    await api.go('legacy-leads')
    for (const answer of [
      await put('/api/v2/supplier-tasks/sti-10/due-date', { due: null }),
      await api.app.inject({
        method: 'POST',
        url: '/api/v2/sections',
        payload: { taskType: 'tt-pa', name: 'New', sequence: 9 },
      }),
    ])
      expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([409, 'API.TARGET_FOLLOWS'])
    expect((await get('/api/v2/sections?limit=5')).statusCode).toBe(200)
  })

  test('makes a section with a task, plans it for a project, assigns it, and V1 shows the same', async () => {
    await api.go('target-leads')
    const make = async (path: string, payload: object) => {
      const made = await api.app.inject({ method: 'POST', url: `/api/v2/${path}`, payload })
      expect([path, made.statusCode, made.body]).toMatchObject([path, 201, expect.stringContaining('id')])
      return made.json<{ id: string }>().id
    }
    const section = await make('sections', { taskType: 'tt-pa', name: 'Packaging', sequence: 9 })
    const task = await make('tasks', { taskType: 'tt-pa', section, name: 'Label', sequence: 1 })
    const template = await make('project-task-templates', {
      project: 'p-1',
      task,
      section,
      dueDate: '2026-09-01',
    })
    const assigned = await api.app.inject({
      method: 'POST',
      url: '/api/v2/assignments',
      payload: { supplier: 's-1', project: 'p-1' },
    })
    expect(assigned.json()).toEqual({ added: 1 })
    expect((await put(`/api/v2/project-tasks/${template}/due-date`, { due: '2026-09-15' })).json()).toEqual({
      moved: 1,
    })
    const shown = async (version: string) => {
      const { items } = (await get(`/api/${version}/supplier-tasks?supplier=s-1&project=p-1`)).json<{
        items: { section: string }[]
      }>()
      return items.filter((item) => item.section === 'Packaging')
    }
    expect(await shown('v2')).toMatchObject([{ task: 'Label', due: '2026-09-15', status: 'not_started' }])
    expect(await shown('v1')).toEqual(await shown('v2'))
  })

  test('changes the version that was read, and no other', async () => {
    const read = await get('/api/v2/project-task-templates?limit=1&dueDate=2026-09-15')
    const id = read.json<{ items: { id: string }[] }>().items[0]?.id ?? ''
    const url = `/api/v2/project-task-templates/${id}`
    const etag = String((await get(url)).headers['etag'])
    const change = (notes: string, version: string) =>
      api.app.inject({ method: 'PATCH', url, payload: { notes }, headers: { 'if-match': version } })
    expect((await change('first', etag)).statusCode).toBe(200)
    expect((await change('second', etag)).json()).toMatchObject({ code: 'API.VERSION_CHANGED' })
  })
})

test('once legacy is archived V1 is gone, and V2 answers whatever the flags say', async () => {
  const { migration } = supplierTaskSystem
  await api.go('target-only')
  await recordRestoredBackup(api.database, migration, { by: 'test', note: 'a test' })
  const limits = { disuseSeconds: 0 }
  await contract(api.database, migration, {
    by: 'test',
    reason: 'a test',
    confirmedName: migration.name,
    limits,
  })
  await vi.waitFor(async () => {
    const gone = await get(`/api/v1/supplier-tasks/dashboard${day}`)
    expect([gone.statusCode, gone.json<{ code: string }>().code]).toEqual([410, 'API.LEGACY_GONE'])
  }, 10_000)
  expect((await get('/api/v1/supplier-task-instances?limit=1')).statusCode).toBe(410)
  expect(await versions()).toEqual(['v2', 'v2', 'v2', 'v2'])
})
