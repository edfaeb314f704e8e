import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPoolDatabase, errors, type PoolDatabase, requireServer } from './index.ts'

let home: Awaited<ReturnType<typeof createTestDatabase>>
let database: PoolDatabase

beforeAll(async () => {
  home = await createTestDatabase()
  database = createPoolDatabase({ url: home.url })
})
afterAll(async () => {
  await database.close()
  await home.drop()
})

test('a server that is new enough tells its version', async () => {
  const version = await requireServer(database)
  expect(version.major).toBeGreaterThanOrEqual(14)
  expect(version.text).toMatch(new RegExp(`^${version.major}\\b`))
})

test('a server that is too old is refused by its version', async () => {
  const { text } = await requireServer(database)
  await expect(requireServer(database, 999)).rejects.toMatchObject({
    code: errors.TOO_OLD.code,
    values: { version: text, oldest: 999 },
  })
})
