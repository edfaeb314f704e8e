import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPoolDatabase, type PoolDatabase, retrying, type Transaction } from './index.ts'

let home: Awaited<ReturnType<typeof createTestDatabase>>
let database: PoolDatabase

beforeAll(async () => {
  home = await createTestDatabase()
  database = createPoolDatabase({ url: home.url })
  await database.query('create table account (id int primary key, amount int not null)')
  await database.query('insert into account values (1, 0), (2, 0)')
})
afterAll(async () => {
  await database.close()
  await home.drop()
})

const add = (tx: Transaction, id: number) =>
  tx.query('update account set amount = amount + 1 where id = $1', [id])
const amounts = async () =>
  (await database.query('select amount from account order by id')).rows.map((r) => r['amount'])

test('two transactions that deadlock both come to their end', async () => {
  let runs = 0
  const bothHoldOne = meeting(2)
  const move = (from: number, to: number) =>
    retrying(database, async (tx) => {
      runs++
      await tx.query(`set local deadlock_timeout = '20ms'`)
      await add(tx, from)
      await bothHoldOne()
      await add(tx, to)
    })
  await Promise.all([move(1, 2), move(2, 1)])
  expect(runs).toBe(3)
  expect(await amounts()).toEqual([2, 2])
})

test('serializable transactions that collide lose no update', async () => {
  const before = (await amounts())[0]
  const bothHaveRead = meeting(2)
  const increment = () =>
    retrying(
      database,
      async (tx) => {
        const { rows } = await tx.query<{ amount: number }>('select amount from account where id = 1')
        await bothHaveRead()
        await tx.query('update account set amount = $1 where id = 1', [(rows[0]?.amount ?? 0) + 1])
      },
      { isolation: 'serializable' },
    )
  await Promise.all([increment(), increment()])
  expect((await amounts())[0]).toBe(Number(before) + 2)
})

/** A place where so many wait for each other, once; whoever comes later passes. */
function meeting(size: number): () => Promise<void> {
  let arrived = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  return () => {
    if (++arrived >= size) resolve()
    return promise
  }
}
