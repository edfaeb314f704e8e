import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPoolDatabase, type PoolDatabase } from './index.ts'

let home: Awaited<ReturnType<typeof createTestDatabase>>
let database: PoolDatabase

beforeAll(async () => {
  home = await createTestDatabase()
  database = createPoolDatabase({ url: home.url })
  await database.query(`
    create table pet (id int primary key check (id > 0), name varchar(3) not null, owner int references pet);
    insert into pet values (1, 'Ada')`)
})
afterAll(async () => {
  await database.close()
  await home.drop()
})

const raise = (sqlState: string) => `do $$ begin raise sqlstate '${sqlState}' using message = 'full'; end $$`

test.each([
  ['a table that is not there', 'select * from nowhere', 'TABLE_MISSING', {}],
  ['a column that is not there', 'select nothing from pet', 'COLUMN_MISSING', {}],
  ['an unknown function', 'select nothing()', 'QUERY_FAILED', { sqlState: '42883' }],
  [
    'a key that is there already',
    `insert into pet values (1, 'Bo')`,
    'CONSTRAINT_VIOLATED',
    {
      constraint: 'pet_pkey',
      table: 'pet',
      schema: 'public',
      detail: 'Key (id)=(1) already exists.',
    },
  ],
  ['a missing value', `insert into pet values (2)`, 'CONSTRAINT_VIOLATED', { table: 'pet', column: 'name' }],
  [
    'a missing parent',
    `insert into pet values (2, 'Bo', 9)`,
    'CONSTRAINT_VIOLATED',
    { constraint: 'pet_owner_fkey' },
  ],
  ['a check', `insert into pet values (-1, 'Bo')`, 'CONSTRAINT_VIOLATED', { constraint: 'pet_id_check' }],
  ['a value too long', `insert into pet values (2, 'Bobo')`, 'VALUE_INVALID', { sqlState: '22001' }],
  ['a number too big', 'select 3000000000::int4', 'VALUE_INVALID', { sqlState: '22003' }],
  ['a word for a number', `select 'x'::int4`, 'VALUE_INVALID', { sqlState: '22P02' }],
  ['a day that is none', `select '2023-02-29'::date`, 'VALUE_INVALID', { sqlState: '22008' }],
  ['a write where none is allowed', `begin read only; insert into pet values (2, 'Bo')`, 'READ_ONLY', {}],
  ['a role without the privilege', 'begin; set local role pg_monitor; table pet', 'PRIVILEGE_MISSING', {}],
  [
    'a statement that takes too long',
    `set local statement_timeout = 20; select pg_sleep(5)`,
    'QUERY_CANCELED',
    {},
  ],
  ['a full disk', raise('53100'), 'DISK_FULL', {}],
  ['a serialization failure', raise('40001'), 'SERIALIZATION', { retriable: true }],
  ['a backend that ends itself', 'select pg_terminate_backend(pg_backend_pid())', 'CONNECTION_LOST', {}],
])('%s', async (_, statement, name, { retriable, ...values }: Record<string, unknown>) => {
  await expect(database.transaction((tx) => tx.query(statement))).rejects.toMatchObject({
    code: `DATABASE.${name}`,
    values,
    ...(retriable !== undefined && { retriable }),
  })
})

test('a parameter too few breaks the protocol, and not the connection', async () => {
  await expect(database.query('select $1::int, $2::int', [1])).rejects.toMatchObject({
    code: 'DATABASE.QUERY_FAILED',
    retriable: false,
    values: { sqlState: '08P01' },
  })
  expect((await database.query('select 1')).rowCount).toBe(1)
})

test('a statement after a failed one', async () => {
  const work = database.transaction(async (tx) => {
    await tx.query('select * from nowhere').catch(() => {})
    await tx.query('select 1')
  })
  await expect(work).rejects.toMatchObject({ code: 'DATABASE.ABORTED' })
})

test('a lock that somebody else holds', async () => {
  await database.transaction(async (holder) => {
    await holder.query('lock table pet')
    const work = database.transaction((tx) => tx.query(`set local lock_timeout = 20; table pet`))
    await expect(work).rejects.toMatchObject({ code: 'DATABASE.LOCK_TIMEOUT', retriable: true })
  })
})

test('a row that changed since the snapshot of a repeatable read', async () => {
  const work = database.transaction(
    async (tx) => {
      await tx.query('table pet')
      await database.query(`update pet set name = 'new'`)
      await tx.query(`update pet set name = 'our'`)
    },
    { isolation: 'repeatable read' },
  )
  await expect(work).rejects.toMatchObject({ code: 'DATABASE.SERIALIZATION' })
})
