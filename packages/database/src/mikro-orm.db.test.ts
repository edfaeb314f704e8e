import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { defineEntity, MikroORM, p } from '@mikro-orm/postgresql'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { errors, retrying, runDdl } from './index.ts'
import { fromEntityManager } from './mikro-orm.ts'

const Pet = defineEntity({ name: 'Pet', properties: { id: p.integer().primary(), name: p.text() } })

let home: Awaited<ReturnType<typeof createTestDatabase>>
let orm: MikroORM

beforeAll(async () => {
  home = await createTestDatabase()
  orm = await MikroORM.init({ clientUrl: home.url, entities: [Pet] })
  await fromEntityManager(orm.em).query('create table pet (id int primary key, name text not null)')
})
afterAll(async () => {
  await orm.close()
  await home.drop()
})
beforeEach(async () => {
  await fromEntityManager(orm.em).query('truncate pet')
})

const committedNames = async () =>
  (await home.pool().query<{ name: string }>('select name from pet order by id')).rows.map((row) => row.name)

describe('in a transaction of the EntityManager', () => {
  test('statements see its writes, and end with it', async () => {
    const work = orm.em.fork().transactional(async (em) => {
      em.create(Pet, { id: 1, name: 'Ada' })
      await em.flush()
      const database = fromEntityManager(em)
      expect(database.inTransaction).toBe(true)
      expect((await database.query('select name from pet')).rows).toEqual([{ name: 'Ada' }])
      await database.query(`insert into pet values (2, 'Bo')`)
      throw new TypeError('mine')
    })
    await expect(work).rejects.toThrow('mine')
    expect(await committedNames()).toEqual([])
  })

  test('a transaction joins it, and commits with it', async () => {
    await orm.em.fork().transactional(async (em) => {
      await fromEntityManager(em).transaction((tx) => tx.query(`insert into pet values (1, 'Ada')`))
      expect(await committedNames()).toEqual([])
      expect(await em.count(Pet)).toBe(1)
    })
    expect(await committedNames()).toEqual(['Ada'])
  })

  test('that was begun by hand, a transaction joins it too', async () => {
    const em = orm.em.fork()
    await em.begin()
    await fromEntityManager(em).transaction((tx) => tx.query(`insert into pet values (1, 'Ada')`))
    await em.rollback()
    expect(await committedNames()).toEqual([])
  })

  test('a failed statement of joined work does not pass for committed, though it was swallowed', async () => {
    const outer = orm.em.fork().transactional(async (em) => {
      await fromEntityManager(em).transaction(async (tx) => {
        await tx.query('select * from nowhere').catch(() => {})
      })
    })
    await expect(outer).rejects.toMatchObject({ code: errors.ABORTED.code })
  })

  test('options that cannot be met any more are refused', async () => {
    await orm.em.fork().transactional(async (em) => {
      const database = fromEntityManager(em)
      const refused = { code: errors.TRANSACTION_OPEN.code }
      const noWork = async () => {}
      await expect(database.transaction(noWork, { isolation: 'serializable' })).rejects.toMatchObject(refused)
      await expect(database.transaction(noWork, { readOnly: true })).rejects.toMatchObject(refused)
      await expect(runDdl(database, [{ text: 'vacuum pet', concurrently: true }])).rejects.toMatchObject(
        refused,
      )
    })
  })

  test('joined work is not run again, since only the whole transaction can be', async () => {
    let runs = 0
    const outer = orm.em.fork().transactional((em) =>
      retrying(fromEntityManager(em), async (tx) => {
        runs++
        await tx.query(`do $$ begin raise sqlstate '40P01'; end $$`)
      }),
    )
    await expect(outer).rejects.toMatchObject({ code: errors.DEADLOCK.code })
    expect(runs).toBe(1)
  })
})

describe('a transaction of its own', () => {
  test('leaves the pending changes of the EntityManager alone', async () => {
    const em = orm.em.fork()
    em.create(Pet, { id: 1, name: 'pending' })
    await fromEntityManager(em).transaction((tx) => tx.query(`insert into pet values (2, 'Bo')`))
    expect(await committedNames()).toEqual(['Bo'])
    await em.flush()
    expect(await committedNames()).toEqual(['pending', 'Bo'])
  })

  test('gives its connection back, however often the connection breaks', async () => {
    const database = fromEntityManager(orm.em)
    for (let i = 0; i < 12; i++) {
      const work = database.transaction((tx) => tx.query('select pg_terminate_backend(pg_backend_pid())'))
      await expect(work).rejects.toMatchObject({ code: errors.CONNECTION_LOST.code })
    }
    expect((await database.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  })
})

test('work that meets an exception of MikroORM for a deadlock is run again', async () => {
  let runs = 0
  await retrying(
    fromEntityManager(orm.em),
    async () => {
      if (++runs === 1) await orm.em.execute(`do $$ begin raise sqlstate '40P01'; end $$`)
    },
    { sleep: async () => {} },
  )
  expect(runs).toBe(2)
})

test('an unreachable server is named without its password', async () => {
  const lost = await MikroORM.init({
    clientUrl: 'postgres://me:secret@127.0.0.1:1/none',
    entities: [Pet],
    ensureDatabase: false,
  })
  const database = fromEntityManager(lost.em)
  const unreachable = {
    code: errors.UNREACHABLE.code,
    values: { host: '127.0.0.1', port: 1, database: 'none', user: 'me' },
  }
  await expect(database.query('select 1')).rejects.toMatchObject(unreachable)
  const failure: unknown = await database.transaction(async () => {}).catch((error: unknown) => error)
  expect(failure).toMatchObject(unreachable)
  expect(JSON.stringify(failure)).not.toContain('secret')
  await lost.close()
})
