import { setTimeout } from 'node:timers/promises'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { MikroORM } from '@mikro-orm/postgresql'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createPoolDatabase, type Database, errors, fromPool, type Transaction } from './index.ts'
import { fromEntityManager } from './mikro-orm.ts'

type TestDatabase = Awaited<ReturnType<typeof createTestDatabase>>
type Adapter = (home: TestDatabase) => Promise<{ database: Database; close: () => Promise<void> }>

const adapters: Record<string, Adapter> = {
  'a pool of its own': async ({ url }) => {
    const database = createPoolDatabase({ url, maxConnections: 3 })
    return { database, close: () => database.close() }
  },
  'a pool of somebody else': async (home) => ({ database: fromPool(home.pool()), close: async () => {} }),
  'an EntityManager': async ({ url }) => {
    const orm = await MikroORM.init({
      clientUrl: url,
      entities: [],
      discovery: { warnWhenNoEntities: false },
    })
    return { database: fromEntityManager(orm.em), close: () => orm.close() }
  },
}

describe.each(Object.entries(adapters))('%s', (_, open) => {
  let home: TestDatabase
  let database: Database
  let close: () => Promise<void>

  beforeAll(async () => {
    home = await createTestDatabase()
    ;({ database, close } = await open(home))
    await database.query('create table pet (id int primary key, name text)')
    await database.query(
      'create table toy (pet int references pet deferrable initially deferred); insert into pet values (0)',
    )
  })
  afterAll(async () => {
    await close()
    await home.drop()
  })
  beforeEach(async () => {
    await database.query('truncate pet, toy')
  })

  const addPet = (to: Database | Transaction, id: number) =>
    to.query('insert into pet values ($1, $2)', [id, 'x'])
  const countPets = async () =>
    (await database.query<{ count: number }>('select count(*)::int4 as count from pet')).rows[0]?.count

  describe('values', () => {
    test('of the promised types come as they are', async () => {
      const { rows } = await database.query(
        `select 'Zoë ''"\\'::text as t, 7::int2 as s, (-7)::int4 as i, 0.1::float8 as f, 'NaN'::float8 as n,
                true as b, null::text as z`,
      )
      expect(rows).toEqual([{ t: `Zoë '"\\`, s: 7, i: -7, f: 0.1, n: Number.NaN, b: true, z: null }])
    })

    test('that JavaScript cannot hold survive as text', async () => {
      const { rows } = await database.query(
        `select 9007199254740993::int8::text as big, 1.50::numeric::text as price,
                '2024-02-29 23:59:59.123456'::timestamp::text as moment, '{"a":1.10}'::jsonb::text as data`,
      )
      expect(rows).toEqual([
        { big: '9007199254740993', price: '1.50', moment: '2024-02-29 23:59:59.123456', data: '{"a": 1.10}' },
      ])
    })

    test('go in as parameters, also as arrays', async () => {
      const texts = ['a,b', '{"c"}', '', 'NULL', null, `it's \\`]
      const { rows } = await database.query(
        `select $1::text as t, $2::int4 as i, $3::bool as b, $4::text as z, $5::text[] = array[
           'a,b', '{"c"}', '', 'NULL', null, 'it''s \\'] as texts,
           (select sum(n) from unnest($6::bigint[]) n)::text as sum, cardinality($7::bigint[]) as none`,
        ['$1 ?', 3, false, null, texts, ['9007199254740993', 1, null], []],
      )
      expect(rows).toEqual([
        { t: '$1 ?', i: 3, b: false, z: null, texts: true, sum: '9007199254740994', none: 0 },
      ])
    })

    test('count the rows that were returned or changed', async () => {
      expect(await database.query('insert into pet select generate_series(1, 3)')).toEqual({
        rows: [],
        rowCount: 3,
      })
      expect((await database.query('select id from pet')).rowCount).toBe(3)
      expect((await database.query('update pet set name = name returning id')).rowCount).toBe(3)
      expect((await database.query('delete from pet where id > $1', [1])).rowCount).toBe(2)
      expect((await database.query('create temporary table t ()')).rowCount).toBe(0)
    })

    test('are not given for several statements in one text', async () => {
      expect(await database.query('select 1; select 2')).toEqual({ rows: [], rowCount: 0 })
    })
  })

  describe('a transaction', () => {
    test('commits what its work did and returns what it returned', async () => {
      expect(database.inTransaction).toBe(false)
      const result = await database.transaction(async (tx) => {
        expect(tx.inTransaction).toBe(true)
        await addPet(tx, 1)
        expect(await countPets()).toBe(0)
        return 'done'
      })
      expect(result).toBe('done')
      expect(await countPets()).toBe(1)
    })

    test('rolls back when its work throws, and throws the same', async () => {
      const error = new TypeError('mine')
      const work = async (tx: Transaction) => {
        await addPet(tx, 1)
        throw error
      }
      await expect(database.transaction(work)).rejects.toBe(error)
      expect(await countPets()).toBe(0)
    })

    test('throws the failure of a statement', async () => {
      await expect(database.transaction((tx) => tx.query('select * from nowhere'))).rejects.toMatchObject({
        code: errors.TABLE_MISSING.code,
        cause: expect.objectContaining({ code: '42P01' }),
      })
    })

    test('does not pass for committed when its work swallowed a failure', async () => {
      const work = async (tx: Transaction) => {
        await addPet(tx, 1)
        await tx.query('select * from nowhere').catch(() => {})
      }
      await expect(database.transaction(work)).rejects.toMatchObject({ code: errors.ABORTED.code })
      expect(await countPets()).toBe(0)
    })

    test('commits after a failure that its work undid by a savepoint', async () => {
      await database.transaction(async (tx) => {
        await addPet(tx, 1)
        await tx.query('savepoint s')
        await addPet(tx, 1).catch(() => tx.query('rollback to savepoint s'))
      })
      expect(await countPets()).toBe(1)
    })

    test('fails when a deferred constraint fails at its end', async () => {
      const work = (tx: Transaction) => tx.query('insert into toy values (9)')
      await expect(database.transaction(work)).rejects.toMatchObject({
        code: errors.CONSTRAINT_VIOLATED.code,
        values: { constraint: 'toy_pet_fkey', table: 'toy' },
      })
    })

    test('refuses statements after its end', async () => {
      const leaked = await database.transaction(async (tx) => tx)
      await expect(leaked.query('select 1')).rejects.toMatchObject({ code: errors.TRANSACTION_CLOSED.code })
    })

    test('has the isolation and the access that were asked for', async () => {
      const ask = async (tx: Transaction) =>
        (
          await tx.query(`select current_setting('transaction_isolation') as i,
                                current_setting('transaction_read_only') as r`)
        ).rows[0]
      expect(await database.transaction(ask)).toEqual({ i: 'read committed', r: 'off' })
      for (const isolation of ['read committed', 'repeatable read', 'serializable'] as const) {
        expect(await database.transaction(ask, { isolation })).toEqual({ i: isolation, r: 'off' })
        expect(await database.transaction(ask, { isolation, readOnly: true })).toEqual({
          i: isolation,
          r: 'on',
        })
      }
    })

    test('that is read-only refuses writes', async () => {
      const writing = database.transaction((tx) => addPet(tx, 1), { readOnly: true })
      await expect(writing).rejects.toMatchObject({ code: errors.READ_ONLY.code })
    })
  })

  describe('a connection that breaks', () => {
    const breakOwn = 'select pg_terminate_backend(pg_backend_pid())'
    const lost = { code: errors.CONNECTION_LOST.code, retriable: true }

    test('in a statement fails it, and the next one has another connection', async () => {
      await expect(database.query(breakOwn)).rejects.toMatchObject(lost)
      await setTimeout(20) // MikroORM's pool notices only when the socket has ended
      expect(await countPets()).toBe(0)
    })

    test('in a transaction fails it, and the next one has another connection', async () => {
      const work = async (tx: Transaction) => {
        await addPet(tx, 1)
        await tx.query(breakOwn)
      }
      await expect(database.transaction(work)).rejects.toMatchObject(lost)
      await database.transaction((tx) => addPet(tx, 2))
      expect(await countPets()).toBe(1)
    })

    test('between two statements of a transaction fails the second', async () => {
      const work = async (tx: Transaction) => {
        const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid')
        await database.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid])
        await setTimeout(20)
        await tx.query('select 1')
      }
      await expect(database.transaction(work)).rejects.toMatchObject(lost)
      expect(await countPets()).toBe(0)
    })

    test('before COMMIT leaves it open whether that succeeded', async () => {
      const work = async (tx: Transaction) => {
        const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid')
        await database.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid])
      }
      await expect(database.transaction(work)).rejects.toMatchObject({
        code: errors.COMMIT_UNKNOWN.code,
        retriable: false,
      })
    })

    test('while idle does no harm', async () => {
      await database.query('select 1')
      const killer = home.pool()
      await killer.query(
        `select pg_terminate_backend(pid, 5000) from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
      )
      await setTimeout(20)
      expect(await countPets()).toBe(0)
    })
  })
})
