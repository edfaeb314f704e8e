import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { advisoryLock, createPoolDatabase, errors, type PoolDatabase, tryAdvisoryLock } from './index.ts'

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

const tryElsewhere = (name: string) => database.transaction((tx) => tryAdvisoryLock(tx, name))

test('a lock is held by one transaction at a time, by name', async () => {
  await database.transaction(async (tx) => {
    await advisoryLock(tx, 'backfill')
    expect(await tryAdvisoryLock(tx, 'backfill')).toBe(true)
    expect(await tryElsewhere('backfill')).toBe(false)
    expect(await tryElsewhere('verify')).toBe(true)
  })
})

test('a lock ends with its transaction and leaves nothing in the session', async () => {
  await database.transaction((tx) => advisoryLock(tx, 'backfill'))
  const { rows } = await database.query(`select * from pg_locks where locktype = 'advisory'`)
  expect(rows).toEqual([])
  expect(await tryElsewhere('backfill')).toBe(true)
})

test('the wait for a lock ends at the lock timeout', async () => {
  await database.transaction(async (tx) => {
    await advisoryLock(tx, 'backfill')
    const waiting = database.transaction(async (other) => {
      await other.query(`set local lock_timeout = '20ms'`)
      await advisoryLock(other, 'backfill')
    })
    await expect(waiting).rejects.toMatchObject({ code: errors.LOCK_TIMEOUT.code })
  })
})
