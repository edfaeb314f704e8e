import { createTestDatabase, type TestDatabase } from '@changeover/embedded-postgres/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../migrate.ts'
import { malformedContents } from '../seed/sample-contents.ts'
import { repeatsKey } from './read-json.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await migrate(database.url)
  await database
    .pool()
    .query(`create function old_repeats_key(content text) returns boolean language sql as $$${repeatsKey}$$`)
})
afterAll(() => database.drop())

const ask = async (expression: string, content: string) =>
  (await database.pool().query<{ said: unknown }>(`select ${expression}($1) as said`, [content])).rows[0]
    ?.said

test.each(Object.entries(malformedContents))(
  'a content with %s is named by it and has no state',
  async (problem, content) => {
    expect(await ask('memory_problem', content)).toBe(problem)
    expect(await ask('memory_state', content)).toBeNull()
  },
)

test.each([
  ['{"a": 1, "a": 2}', true],
  ['[{"b": [{"a": 1, "b": 2, "a": {}}]}]', true],
  ['{"a": {"a": {"a": []}}, "b": [{"a": 1}, {"a": 2}]}', false],
  ['"a"', false],
  ['[]', false],
])('servers of every version find in %s a key twice: %s', async (content, isTwice) => {
  expect(await ask('memory_repeats_key', content)).toBe(isTwice)
  expect(await ask('old_repeats_key', content)).toBe(isTwice)
})
