import type { PhaseName } from '@changeover/rollout'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningApi, startApi } from '../api.fixture.ts'

let api: RunningApi
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

interface Step {
  readonly name: string
  readonly method: Method
  /** `{key}` stands for the key of the row that the script has made. */
  readonly url: string
  readonly body?: object
}

const resources: Readonly<Record<string, { create: object; change: object; wrong: object }>> = {
  'staff-tasks': {
    create: {
      title: 'Replayed',
      priority: 'high',
      dueDate: '2026-03-04',
      estimatedHours: '2.50',
      assignees: ['1', '2'],
    },
    change: {
      status: 'completed',
      boardPosition: 7,
      geographicScope: { barangays: ['ä', null, 1.5] },
      assignees: ['2'],
    },
    wrong: { progress: '40' },
  },
  'project-workflows': {
    create: {
      title: 'Replayed',
      primaryNeedId: '6e7b6d3e-6f4c-4e0d-9a55-0d1f4c9a7a01',
      initiatedDate: '2026-01-31',
      currentStage: 'approval',
      priorityLevel: 'urgent',
      estimatedBudget: '100.00',
    },
    change: { isBlocked: true, blockerDescription: 'no money', overallProgress: 30 },
    wrong: { currentStage: 'nowhere' },
  },
  events: {
    create: {
      title: 'Replayed',
      eventType: 'meeting',
      description: 'd',
      startDatetime: '2026-03-04T08:00:00.123456Z',
      organizer: '1',
      createdBy: '2',
      facilitators: ['3'],
    },
    change: { status: 'postponed', venue: 'Hall', coordinates: { lat: 7.1 } },
    wrong: { startDatetime: 'tomorrow' },
  },
}

const script = (path: string): readonly Step[] => {
  const { create, change, wrong } = resources[path] ?? { create: {}, change: {}, wrong: {} }
  const url = `/api/${path}`
  return [
    { name: 'a page', method: 'GET', url: `${url}?limit=20&sort=-createdAt&offset=3` },
    { name: 'a filtered page', method: 'GET', url: `${url}?title=Replayed` },
    { name: 'made', method: 'POST', url, body: create },
    { name: 'read', method: 'GET', url: `${url}/{key}` },
    { name: 'found by a filter', method: 'GET', url: `${url}?title=Replayed` },
    { name: 'changed', method: 'PATCH', url: `${url}/{key}`, body: change },
    { name: 'a wrong value', method: 'PATCH', url: `${url}/{key}`, body: wrong },
    { name: 'an unknown field', method: 'POST', url, body: { ...create, colour: 'red' } },
    { name: 'a null where none may be', method: 'PATCH', url: `${url}/{key}`, body: { title: null } },
    { name: 'deleted', method: 'DELETE', url: `${url}/{key}` },
    { name: 'read after that', method: 'GET', url: `${url}/{key}` },
    { name: 'a wrong key', method: 'GET', url: `${url}/nonsense` },
    { name: 'an unknown filter', method: 'GET', url: `${url}?colour=red` },
  ]
}

/** Status and body of each answer, without what is new each time: the key, the times of now, the ids of requests. */
async function play(path: string): Promise<readonly unknown[]> {
  const answers: unknown[] = []
  let key = ''
  for (const { name, method, url, body } of script(path)) {
    const address = url.replace('{key}', key)
    const answer = await api.app.inject({ method, url: address, ...(body && { payload: body }) })
    const text = answer.body === '' ? 'null' : answer.body
    if (name === 'made') key = (JSON.parse(text) as { id?: string }).id ?? ''
    answers.push({ name, status: answer.statusCode, body: JSON.parse(neutral(text, key)) as unknown })
  }
  return answers
}

const year = new Date().getFullYear()
const ofNow = new RegExp(`"(createdAt|updatedAt)":"(?:${year}|${year + 1})-[^"]+"`, 'g')

function neutral(text: string, key: string): string {
  const plain = text.replaceAll(/"instance":"[^"]+"/g, '"instance":"…"').replaceAll(ofNow, '"$1":"now"')
  return key === '' ? plain : plain.replaceAll(`"${key}"`, '"key"').replaceAll(` ${key}.`, ' key.')
}

describe('legacy endpoints answer the same in every phase', () => {
  const recorded = new Map<string, readonly unknown[]>()
  test('as they were recorded before the changeover', async () => {
    for (const path of Object.keys(resources)) recorded.set(path, await play(path))
    const statuses = (recorded.get('staff-tasks') ?? []).map((each) => (each as { status: number }).status)
    expect(statuses).toEqual([200, 200, 201, 200, 200, 200, 400, 400, 400, 204, 404, 400, 400])
  })
  const phases: readonly PhaseName[] = [
    'legacy-leads',
    'target-leads',
    'target-only',
    'target-leads',
    'legacy-leads',
  ]
  for (const [index, phase] of phases.entries())
    test(`${index + 1}. in ${phase}`, async () => {
      await api.go(phase)
      for (const path of Object.keys(resources)) expect(await play(path)).toEqual(recorded.get(path))
    })
})
