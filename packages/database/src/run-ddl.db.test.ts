import { setTimeout } from 'node:timers/promises'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { afterAll, beforeEach, beforeAll, describe, expect, test } from 'vitest'
import { createPoolDatabase, errors, type PoolDatabase, runDdl } from './index.ts'

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
beforeEach(async () => {
  await database.query(`
    drop schema if exists app cascade; create schema app;
    create table app.task (id int primary key, day int);
    insert into app.task select n, n / 2 from generate_series(1, 100) n`)
})

const columns = async () =>
  (
    await database.query(
      `select column_name::text as name from information_schema.columns where table_schema = 'app' order by 1`,
    )
  ).rows.map((row) => row['name'])

const indexes = async () =>
  (
    await database.query(
      `select relname::text as name, indisvalid as valid from pg_index join pg_class c on c.oid = indexrelid
        where relnamespace = 'app'::regnamespace and not indisprimary order by 1`,
    )
  ).rows

describe('statements in a transaction', () => {
  test('are all done', async () => {
    await runDdl(database, ['alter table app.task add a int', 'alter table app.task add b int'])
    expect(await columns()).toEqual(['a', 'b', 'day', 'id'])
  })

  test('are none done when one of them fails', async () => {
    const ddl = runDdl(database, ['alter table app.task add a int', 'alter table app.nothing add b int'])
    await expect(ddl).rejects.toMatchObject({ code: errors.TABLE_MISSING.code })
    expect(await columns()).toEqual(['day', 'id'])
  })

  test('leave no lock timeout in the session', async () => {
    const single = createPoolDatabase({ url: home.url, maxConnections: 1 })
    const timeout = async () => (await single.query('show lock_timeout')).rows
    const before = await timeout()
    await runDdl(single, ['alter table app.task add a int'], { lockTimeoutMs: 77 })
    expect(await timeout()).toEqual(before)
    await single.close()
  })

  test('wait for a long reader, and others wait no longer than the lock timeout', async () => {
    const lockTimeoutMs = 100
    let isDone = false
    const { ddl, waitsMs } = await database.transaction(async (reader) => {
      await reader.query('table app.task')
      const ddl = runDdl(database, ['alter table app.task add a int'], {
        lockTimeoutMs,
        attempts: 50,
        random: () => 1,
        baseDelayMs: 10,
      }).then(() => {
        isDone = true
      })
      const waitsMs: number[] = []
      for (let i = 0; i < 40; i++) {
        const start = performance.now()
        await database.query('select count(*) from app.task')
        waitsMs.push(performance.now() - start)
        await setTimeout(5)
      }
      expect(isDone).toBe(false)
      return { ddl, waitsMs }
    })
    await ddl
    expect(await columns()).toContain('a')
    expect(Math.max(...waitsMs)).toBeGreaterThan(lockTimeoutMs / 2) // the reads did meet the waiting DDL
    const p95 = waitsMs.toSorted((a, b) => a - b)[Math.floor(waitsMs.length * 0.95)]
    expect(p95).toBeLessThan(lockTimeoutMs + 100)
  })

  test('fail by the lock after the last attempt', async () => {
    await database.transaction(async (reader) => {
      await reader.query('table app.task')
      const delays: number[] = []
      const ddl = runDdl(database, ['alter table app.task add a int'], {
        lockTimeoutMs: 10,
        attempts: 3,
        sleep: async (delayMs) => void delays.push(delayMs),
      })
      await expect(ddl).rejects.toMatchObject({ code: errors.LOCK_TIMEOUT.code })
      expect(delays).toHaveLength(2)
    })
    expect(await columns()).toEqual(['day', 'id'])
  })
})

describe('a concurrent index', () => {
  const create = {
    text: 'create index concurrently if not exists by_day on app.task (day)',
    concurrently: true,
  }

  test('is made between the transactions before and after it', async () => {
    await runDdl(database, [
      'alter table app.task add a int',
      { text: 'create index concurrently by_a on app.task (a)', concurrently: true },
      'alter index app.by_a rename to by_b',
    ])
    expect(await indexes()).toEqual([{ name: 'by_b', valid: true }])
  })

  test('that was killed half-way leaves an invalid one, which the next run replaces', async () => {
    await killHalfWay(create.text)
    expect(await indexes()).toEqual([{ name: 'by_day', valid: false }])
    await runDdl(database, [create])
    expect(await indexes()).toEqual([{ name: 'by_day', valid: true }])
  })

  test('that was found to be not unique can be made again once it is', async () => {
    const unique = {
      text: 'create unique index concurrently "By Day" on app."task" (day)',
      concurrently: true,
    }
    await expect(runDdl(database, [unique])).rejects.toMatchObject({ code: errors.CONSTRAINT_VIOLATED.code })
    expect(await indexes()).toEqual([{ name: 'By Day', valid: false }])
    await database.query('update app.task set day = id')
    await runDdl(database, [unique])
    expect(await indexes()).toEqual([{ name: 'By Day', valid: true }])
  })

  test('that is valid is left as it is', async () => {
    await runDdl(database, [create])
    const before = await oidOfIndex()
    await runDdl(database, [create])
    expect(await oidOfIndex()).toEqual(before)
  })

  test('of the same name on another table is left as it is', async () => {
    await database.query('create schema if not exists other; create table if not exists other.task (day int)')
    await killHalfWay(create.text)
    const elsewhere = {
      text: 'create index concurrently if not exists by_day on other.task (day)',
      concurrently: true,
    }
    await runDdl(database, [elsewhere])
    expect(await indexes()).toEqual([{ name: 'by_day', valid: false }])
  })

  test('that somebody else is still building is not taken for a leftover', async () => {
    const { building, end } = await buildBehindWriter(create.text)
    const theirs = await oidOfIndex()
    const mine = runDdl(database, [create], { lockTimeoutMs: 5_000, attempts: 1 })
    while (!(await someoneWaitsForTheTable())) await setTimeout(5)
    await end()
    await building
    await mine
    expect(await indexes()).toEqual([{ name: 'by_day', valid: true }])
    expect(await oidOfIndex()).toEqual(theirs)
  })

  const someoneWaitsForTheTable = async () =>
    (await database.query(`select from pg_locks where relation = 'app.task'::regclass and not granted`)).rows
      .length > 0

  const oidOfIndex = async () =>
    (await database.query(`select 'app.by_day'::regclass::oid::int4 as oid`)).rows

  /** Starts the statement while a writer holds it up, and gives it back once it waits. */
  async function buildBehindWriter(statement: string) {
    const writer = await home.pool().connect()
    await writer.query('begin; update app.task set day = day')
    const building = database.query(statement)
    building.catch(() => {})
    while ((await indexes()).length === 0) await setTimeout(5)
    const end = async () => {
      await writer.query('rollback')
      writer.release()
    }
    return { building, end }
  }

  async function killHalfWay(statement: string): Promise<void> {
    const { building, end } = await buildBehindWriter(statement)
    await database.query(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity where query = $1 and state = 'active'`,
      [statement],
    )
    await expect(building).rejects.toMatchObject({ code: errors.CONNECTION_LOST.code })
    await end()
  }
})
