import { afterEach, expect, test } from 'vitest'
import { type RunningApi, startApi } from '../api.fixture.ts'
import { createApi } from '../index.ts'
import { readSettings } from '../settings.ts'

let api: RunningApi
afterEach(() => api.close())

interface Instance {
  readonly instance: string
  readonly build: string
  readonly phase: string
}

const instances = async () =>
  (
    await api.database.query<Instance>(
      `SELECT instance, build, phase FROM changeover.instance WHERE migration = 'work-items' ORDER BY build`,
    )
  ).rows

test('every process shows that it takes part, by which phase it acts, and that it has ended', async () => {
  api = await startApi()
  const settings = readSettings({ DATABASE_URL: api.url, LOG_LEVEL: 'silent' })
  const other = await createApi({ ...settings, version: '9.9.9' })
  expect((await instances()).map(({ build, phase }) => [build, phase])).toEqual([
    ['0.0.0-test', 'legacy-only'],
    ['9.9.9', 'legacy-only'],
  ])
  await api.go('legacy-leads')
  await expect
    .poll(async () => (await instances()).map(({ phase }) => phase))
    .toEqual(['legacy-leads', 'legacy-leads'])
  await other.close()
  expect((await instances()).map(({ build }) => build)).toEqual(['0.0.0-test'])
})
