import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPoolDatabase, listen, type PoolDatabase } from './index.ts'

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

/** What was heard, and a promise of the next thing. */
function ear() {
  const heard: (string | undefined)[] = []
  let wake = Promise.withResolvers<void>()
  return {
    heard,
    onNotify(payload: string | undefined) {
      heard.push(payload)
      wake.resolve()
      wake = Promise.withResolvers<void>()
    },
    async until(count: number) {
      while (heard.length < count) await wake.promise
    },
  }
}

test('hears what is announced on its channel, when it is committed', async () => {
  const { heard, onNotify, until } = ear()
  const listening = await listen({ url: home.url, channel: 'Odd "name"', onNotify })
  expect(heard).toEqual([undefined])
  await database.query(`select pg_notify('Odd "name"', 'one'), pg_notify('other', 'not this')`)
  await until(2)
  expect(heard).toEqual([undefined, 'one'])
  await listening.close()
})

test('connects again when its connection breaks, and says that something may have been missed', async () => {
  const { heard, onNotify, until } = ear()
  const failures: unknown[] = []
  const listening = await listen({
    url: home.url,
    channel: 'again',
    onNotify,
    reconnectMs: 5,
    onError: (error) => void failures.push(error),
  })
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'changeover listen' and datname = current_database()`,
  )
  await until(2)
  await database.query(`notify again, 'two'`)
  await until(3)
  expect(heard).toEqual([undefined, undefined, 'two'])
  expect(failures).not.toEqual([])
  await listening.close()
})

test('fails at the start where nobody answers', async () => {
  const listening = listen({ url: 'postgres://nobody@127.0.0.1:1/none', channel: 'c', onNotify: () => {} })
  await expect(listening).rejects.toMatchObject({ code: 'DATABASE.UNREACHABLE' })
})
