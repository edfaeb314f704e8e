import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { expect, test } from 'vitest'

import { migrate } from './migrate.ts'

test('an address where nothing answers is told with a code', async () => {
  await expect(migrate('postgres://nobody@127.0.0.1:1/none')).rejects.toMatchObject({
    code: 'DATABASE.UNREACHABLE',
  })
})

test('a database that does not exist is told with a code, and is not created', async () => {
  const database = await createTestDatabase()
  await database.drop()
  await expect(migrate(database.url)).rejects.toMatchObject({ code: 'DATABASE.NO_SUCH_DATABASE' })
})

test('a migration that fails leaves nothing behind', async () => {
  const database = await createTestDatabase()
  try {
    const pool = database.pool()
    await pool.query('create table work_item_teams (in_the_way int)')
    await expect(migrate(database.url)).rejects.toMatchObject({ code: expect.stringMatching(/^DATABASE\./) })
    const { rows } = await pool.query("select from pg_class where relname in ('app_user', 'work_item')")
    expect(rows).toEqual([])
    await pool.query('drop table work_item_teams')
    expect((await migrate(database.url)).length).toBeGreaterThan(0)
  } finally {
    await database.drop()
  }
})

test('two at a time do not disturb each other', async () => {
  const database = await createTestDatabase()
  try {
    const [one, two] = await Promise.all([migrate(database.url), migrate(database.url)])
    expect([one.length, two.length]).toContain(0)
  } finally {
    await database.drop()
  }
})
