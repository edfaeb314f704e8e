import { afterAll, beforeAll, expect, test } from 'vitest'
import { gates } from './gates.ts'
import { observeLegacyUse } from './legacy-use.ts'
import { gateLimits } from './observations.ts'
import { factsOf } from './open-gates.fixture.ts'
import { type Home, openHome, openTransaction } from './rollout.fixture.ts'

let home: Home

beforeAll(async () => {
  home = await openHome()
  await home.database.query(`
    create schema crm;
    create table crm.task (id int primary key, title text);
    create table crm."Odd (name)" (id int primary key);
    insert into crm.task values (1, 'x')`)
})
afterAll(() => home.close())

const tables = ['crm.task', 'crm."Odd (name)"']
const look = (migration: string, disuseSeconds = 3_600) =>
  observeLegacyUse(home.database, { migration, tables, disuseSeconds })

/** Statistics are written some time after a statement, unless its session is asked to. */
const use = (statement: string) =>
  home.database.transaction(async (tx) => {
    await tx.query(statement)
    await tx.query('select pg_stat_force_next_flush()')
  })

test('tables that nobody uses are watched for longer and longer', async () => {
  await use('select 1')
  const first = await look('quiet')
  const second = await look('quiet')
  expect(first).toMatchObject({ users: [], dependents: [] })
  expect(second.users).toEqual([])
  expect(second.watchedSeconds).toBeGreaterThan(first.watchedSeconds)
})

test.each([
  ['a read', 'select * from crm.task where id = 1'],
  ['a scan', 'select count(*) from crm.task'],
  ['a write', `insert into crm.task values ((select max(id) + 1 from crm.task), 'y')`],
])('FM-64 %s between two looks is seen, and begins the watch anew', async (name, statement) => {
  const migration = name.replace(' ', '-')
  await look(migration)
  await use(statement)
  const seen = await look(migration)
  expect(seen.users).toEqual(['somebody (crm.task)'])
  expect(gates['legacy-unused'].judge(factsOf({}, { legacyUse: seen }), gateLimits)?.why).toBe(
    'legacy was used by somebody (crm.task)',
  )
  expect((await look(migration, 0)).users).toEqual([])
})

test('FM-64 a stray reader that a look finds is named by its application', async () => {
  const reader = await openTransaction(home)
  await reader.tx.query(`set local application_name = 'nightly report'; select * from crm.task`)
  const { users } = await look('named')
  expect(users).toEqual([expect.stringMatching(/^nightly report of \w+ \(crm\.task\)$/)])
  await reader.commit()
})

test('a table that is not there proves nothing', async () => {
  const lost = await observeLegacyUse(home.database, {
    migration: 'lost',
    tables: ['crm.tsak'],
    disuseSeconds: 0,
  })
  expect(lost).toMatchObject({ watchedSeconds: 0, users: ['nobody knows whom (there is no table crm.tsak)'] })
})

test('a table that was dropped and made again proves nothing', async () => {
  await look('again')
  await home.database.query('drop table crm."Odd (name)"; create table crm."Odd (name)" (id int primary key)')
  expect((await look('again')).users).toEqual(['somebody (crm."Odd (name)")'])
})

test('FM-64 views, foreign keys and functions that need a legacy table are listed', async () => {
  await home.database.query(`
    create view crm.open_task as select * from crm.task;
    create materialized view crm.task_copy as select id from crm.task;
    create table public.note (id int primary key, task int constraint note_task references crm.task);
    create function crm.close_task(int) returns void language plpgsql as
      $$ begin update crm.task set title = 'closed' where id = $1; end $$;
    create function crm.tasks() returns int language sql as $$ select 1 $$`)
  expect((await look('needed')).dependents).toEqual([
    'foreign key note_task of note',
    'function crm.close_task(integer)',
    'materialized view crm.task_copy',
    'view crm.open_task',
  ])
})
