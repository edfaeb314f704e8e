import { setTimeout as sleep } from 'node:timers/promises'
import { createPoolDatabase, type Database, type Transaction } from '@changeover/database'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCrm, crm, type CrmFixture } from './crm.fixture.ts'
import { errors, inspect, install, plan, recordedSteps, stepStates, uninstall } from './index.ts'
import { impatient } from './doctor/impatient.ts'
import { alone } from './install.ts'

let fixture: CrmFixture

beforeEach(async () => {
  fixture = await createCrm()
})
afterEach(() => fixture.close())

const conditions = async () => (await stepStates(fixture.database, crm)).map(({ condition }) => condition)
const atOnce = ['bookkeeping', 'phase', 'identity Invoice', 'identity Customer', 'dual-write', 'proxies']
const installed = [...atOnce.map(() => 'done'), 'later']
const indexName = 'changeover_party_customer'

test('installs books, phase, indexes, triggers and proxies, and records each step', async () => {
  expect(await conditions()).toEqual([...atOnce.map(() => 'missing'), 'later'])
  const steps = await install(fixture.database, crm)
  expect(steps.map(({ id, was }) => `${id}: ${was}`)).toEqual([
    ...atOnce.map((id) => `${id}: missing`),
    'proxy-indexes: later',
  ])
  expect(await conditions()).toEqual(installed)
  const recorded = await recordedSteps(fixture.database, crm)
  expect(recorded.map(({ step }) => step)).toEqual(atOnce)
  expect(recorded[0]).toMatchObject({
    appliedBy: 'postgres',
    appliedAt: expect.stringMatching(/^\d{4}-.*Z$/),
  })
})

test('a second install changes nothing', async () => {
  await install(fixture.database, crm)
  const before = await recordedSteps(fixture.database, crm)
  const begun: string[] = []
  const steps = await install(fixture.database, crm, { onStep: ({ id }) => begun.push(id) })
  expect(steps.map(({ was }) => was)).toEqual(installed)
  expect(begun).toEqual([])
  expect(await recordedSteps(fixture.database, crm)).toEqual(before)
})

test('the index refuses a second target row for one legacy row', async () => {
  await install(fixture.database, crm)
  const insert = `insert into party (kind, title, data) values ('customer', 'x', '{"customer_id": "7"}')`
  await fixture.database.query(insert)
  await expect(fixture.database.query(insert)).rejects.toMatchObject({ code: 'DATABASE.CONSTRAINT_VIOLATED' })
})

test('an index of that name with another definition is replaced', async () => {
  await fixture.database.query(`create index ${indexName} on party (title)`)
  await install(fixture.database, crm)
  const { rows } = await fixture.database.query<{ text: string }>(
    `select indexdef as text from pg_indexes where indexname = '${indexName}'`,
  )
  expect(rows[0]?.text).toMatch(/UNIQUE.*customer_id/)
})

test('rows that break the identity stop the install and are named', async () => {
  await fixture.database.query(
    `insert into party (kind, title, data) select 'customer', 'x', '{"customer_id": "7"}' from generate_series(1, 2)`,
  )
  const failure = await install(fixture.database, crm).catch((error: unknown) => error)
  expect(failure).toMatchObject({
    code: errors.IDENTITY_NOT_UNIQUE.code,
    message: expect.stringContaining('(7)'),
  })
  expect(await conditions()).toEqual(['done', 'done', 'done', 'broken', 'missing', 'missing', 'later'])
})

test('a second installer is turned away at once', async () => {
  await alone(fixture.database, crm, async () => {
    await expect(install(fixture.database, crm)).rejects.toMatchObject({
      code: errors.INSTALL_RUNNING.code,
      retriable: true,
    })
  })
  await install(fixture.database, crm)
})

test('FM-50: an index build that was killed half-way is shown by the plan and mended by the next install', async () => {
  await leaveHalfAnIndex()
  const state = await inspect(fixture.database, crm)
  const planned = plan(crm, state, [])
  expect(planned.steps.find(({ id }) => id === 'identity Invoice')?.condition).toBe('broken')
  await install(fixture.database, crm)
  expect(await conditions()).toEqual(installed)
})

test('FM-50: an install that takes whatever bears the name for the index leaves the half one there (mutation)', async () => {
  await leaveHalfAnIndex()
  const blind = (tx: Transaction): Transaction => ({
    inTransaction: true,
    query: (text, params) => tx.query(text.replace('where not i.indisvalid', 'where false'), params),
  })
  const database: Database = {
    ...fixture.database,
    transaction: (work, options) => fixture.database.transaction((tx) => work(blind(tx)), options),
  }
  await install(database, crm)
  expect(await conditions()).toContain('broken')
})

/** Kills an install in the middle of its first index. */
async function leaveHalfAnIndex(): Promise<void> {
  const blocker = new pg.Client({ connectionString: fixture.url })
  await blocker.connect()
  await blocker.query(`begin; insert into party (kind, title) values ('other', 'not committed')`)
  const victim = createPoolDatabase({ url: fixture.url, applicationName: 'killed installer' })
  const killed = install(victim, crm).catch((error: unknown) => error)
  await kill(blocker, 'killed installer')
  expect(await killed).toMatchObject({ code: 'DATABASE.CONNECTION_LOST' })
  await victim.close()
  await blocker.query('rollback')
  await blocker.end()
}

/** Waits until somebody builds an index there, and ends that connection as an operator would. */
async function kill(client: pg.Client, applicationName: string): Promise<void> {
  for (;;) {
    const { rowCount } = await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = $1 and query ilike 'create unique index concurrently%' and wait_event_type = 'Lock'
          and exists (select from pg_index where not indisvalid)`,
      [applicationName],
    )
    if (rowCount === 1) return
    await sleep(10)
  }
}

test('what somebody holds a lock on could not be read, which is neither broken nor to be installed', async () => {
  await install(fixture.database, crm)
  for (const table of ['changeover.step', 'changeover.phase', 'customer', 'changeover_legacy.customer'])
    await fixture.database.transaction(async (tx) => {
      await tx.query(`lock table ${table} in access exclusive mode`)
      await expect(stepStates(impatient(fixture.database, { waitMs: 20 }), crm)).rejects.toMatchObject({
        code: errors.STEPS_BUSY.code,
        retriable: true,
        values: { migration: 'crm' },
      })
    })
  expect(await conditions()).toEqual(installed)
})

test('uninstall leaves application tables and other migrations alone, and may be repeated', async () => {
  const other = { ...crm, name: 'other' }
  await install(fixture.database, crm)
  await install(fixture.database, other)
  expect(await uninstall(fixture.database, crm)).toMatchObject({ schema: false })
  expect(await uninstall(fixture.database, other)).toMatchObject({ schema: true })
  expect(await uninstall(fixture.database, crm)).toMatchObject({ schema: false })
  const { rows } = await fixture.database.query<{ names: string }>(
    `select string_agg(relname, ' ' order by relname) as names from pg_class
      where relkind in ('r', 'i') and (relname like 'changeover%' or relname in ('customer', 'party'))`,
  )
  expect(rows[0]?.names).toBe('customer party')
})
