import { conversationSystem } from '@changeover/conversations'
import { rehearseAndRecord } from '@changeover/migration'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type RunningApi, startApi } from '../api.fixture.ts'
import { keepRehearsed } from './rehearsals.ts'

const { migration } = conversationSystem
let api: RunningApi
beforeEach(async () => {
  api = await startApi({ systems: [conversationSystem], rehearseEverySeconds: 1 })
  await api.go('legacy-leads')
  await api.fill()
})
afterEach(() => api.close())

interface Shown {
  readonly status: { readonly rehearsal: { readonly at: string; readonly ageSeconds: number } | null }
}
const shown = async () =>
  (await api.app.inject(`/control/migrations/${migration.name}`)).json<Shown>().status.rehearsal

test('the figure of what the way back could not give back is shown with its age, and made anew by the process itself', async () => {
  const first = await vi.waitFor(async () => {
    const found = await shown()
    expect(found).toMatchObject({ isComplete: true, ageSeconds: expect.any(Number) })
    return found
  }, 20_000)
  await vi.waitFor(async () => expect((await shown())?.at).not.toBe(first?.at), 20_000)
})

test('a rehearsal that fails is told of, and the next one is tried; a close waits for the one that runs', async () => {
  const errors: string[] = []
  const database = {
    ...api.database,
    query: (text: string, params?: readonly unknown[]) =>
      text.includes('rehearsal_claim') ? Promise.reject(new Error('away')) : api.database.query(text, params),
  } as typeof api.database // the same, but for one statement
  const kept = keepRehearsed({
    database,
    migrations: [migration],
    everySeconds: 0.02,
    onError: (error) => errors.push(String(error)),
  })
  await vi.waitFor(() => expect(errors.length).toBeGreaterThan(1), 10_000)
  await kept.close()
  const { length } = errors
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(errors).toHaveLength(length)
  expect(errors[0]).toBe('Error: away')
})

test('nobody rehearses where that is switched off', async () => {
  await keepRehearsed({
    database: api.database,
    migrations: [migration],
    everySeconds: 0,
    onError: () => {},
  }).close()
  expect((await rehearseAndRecord(api.database, migration)).isComplete).toBe(true) // by hand it can be done
})
