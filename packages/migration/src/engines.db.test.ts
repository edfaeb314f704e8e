import { createBackfill } from '@changeover/backfill'
import { createSync } from '@changeover/sync'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCrm, crm, type CrmFixture } from './crm.fixture.ts'
import { errors, inspect, install, isOpen, nextCommand, phaseOf, stepStates, uninstall } from './index.ts'

let fixture: CrmFixture

beforeEach(async () => {
  fixture = await createCrm()
})
afterEach(() => fixture.close())

const stepOf = async (id: string) => (await stepStates(fixture.database, crm)).find((each) => each.id === id)
const query = (text: string) => fixture.database.query(text)
const parties = async () => (await query('select from party')).rows.length

test('the first phase is legacy-only, in which the triggers do nothing', async () => {
  await install(fixture.database, crm)
  expect(await phaseOf(fixture.database, 'crm')).toMatchObject({ phase: { name: 'legacy-only' }, epoch: '1' })
  await query(`insert into customer (name, grade) values ('new', 'gold')`)
  expect(await parties()).toBe(0)
})

test('a first phase that writes both sides is fenced by the install, and the triggers write both', async () => {
  const firstPhase = { phase: 'legacy-leads', by: 'environment', reason: 'its flags' } as const
  await install(fixture.database, crm, { firstPhase })
  const stored = await phaseOf(fixture.database, 'crm')
  expect(stored).toMatchObject({ phase: { name: 'legacy-leads' }, syncedSince: expect.any(String) })
  await query(`insert into customer (name, grade) values ('new', 'gold')`)
  expect(await parties()).toBe(1)
})

test('a phase that is stored stays, whatever the first one was to be', async () => {
  await install(fixture.database, crm)
  const firstPhase = { phase: 'target-only', by: 'environment', reason: 'its flags' } as const
  await install(fixture.database, crm, { firstPhase })
  expect(await phaseOf(fixture.database, 'crm')).toMatchObject({ phase: { name: 'legacy-only' } })
})

test.each([
  ['alter table customer disable trigger all', 'dual-write'],
  [
    `do $$ declare f regprocedure; begin
       select oid::regprocedure into f from pg_proc where pronamespace = 'changeover'::regnamespace and proname like 'capture%' limit 1;
       execute format('drop function %s cascade', f); end $$`,
    'dual-write',
  ],
  ['drop view changeover_legacy.invoice', 'proxies'],
])('%s is drift, named by status, and mended by the next install', async (damage, id) => {
  await install(fixture.database, crm)
  await query(damage)
  expect(await stepOf(id)).toMatchObject({
    condition: 'broken',
    problems: expect.arrayContaining([expect.any(String)]),
  })
  const state = await inspect(fixture.database, crm)
  expect(nextCommand(crm, state, []).command).toBe('changeover install crm')
  const steps = await install(fixture.database, crm)
  expect(steps.filter((each) => isOpen({ condition: each.was })).map((each) => each.id)).toEqual([id])
  expect(await stepOf(id)).toMatchObject({ condition: 'done', problems: [] })
})

test('a legacy table that got another default makes the proxies outdated', async () => {
  await install(fixture.database, crm)
  await query(`alter table customer alter column grade set default 'gold'`)
  expect(await stepOf('proxies')).toMatchObject({ condition: 'outdated' })
  await install(fixture.database, crm)
  expect(await stepOf('proxies')).toMatchObject({ condition: 'done' })
})

test('the indexes of the proxies wait for the backfill, are installed once it is done, and uninstall takes them away', async () => {
  const made = async () =>
    (
      await query(
        `select from pg_class where obj_description(oid, 'pg_class') like '%changeover for a proxy'`,
      )
    ).rows.length
  await install(fixture.database, crm, { firstPhase: { phase: 'legacy-leads', by: 'test', reason: 'test' } })
  expect(await stepOf('proxy-indexes')).toMatchObject({ condition: 'later' })
  expect(await made()).toBe(0)
  const state = await inspect(fixture.database, crm)
  expect(nextCommand(crm, state, []).command).toBe('changeover backfill crm')
  const engine = createBackfill({
    database: fixture.database,
    sync: createSync(crm.mappings),
    migration: 'crm',
  })
  for (const mapping of crm.ordered) await engine.run(mapping, { heldValues: 'overwrite' })
  const filled = await inspect(fixture.database, crm)
  expect(nextCommand(crm, filled, []).command).toBe('changeover install crm')
  await install(fixture.database, crm)
  expect(await stepOf('proxy-indexes')).toMatchObject({ condition: 'done' })
  expect(await made()).toBeGreaterThan(0)
  const index = await query(
    `select oid::regclass::text as name from pg_class where obj_description(oid, 'pg_class') like '%changeover for a proxy' limit 1`,
  )
  await query(`drop index ${String(index.rows[0]?.['name'])}`)
  expect(await stepOf('proxy-indexes')).toMatchObject({ condition: 'outdated' })
  await install(fixture.database, crm)
  expect(await stepOf('proxy-indexes')).toMatchObject({ condition: 'done' })
  await uninstall(fixture.database, crm)
  expect(await made()).toBe(0)
})

test('uninstall leaves no trigger, function, view or phase behind', async () => {
  await install(fixture.database, crm)
  await uninstall(fixture.database, crm)
  const { rows } = await query(
    `select tgname::text as name from pg_trigger where not tgisinternal
      union all select nspname::text from pg_namespace where nspname like 'changeover%'
      union all select viewname::text from pg_views where schemaname like 'changeover%'`,
  )
  expect(rows).toEqual([])
  expect(await phaseOf(fixture.database, 'crm')).toBeUndefined()
})

test('uninstall is refused while the target leads', async () => {
  await install(fixture.database, crm)
  await query(`update changeover.phase set phase = 'target-leads'`)
  await expect(uninstall(fixture.database, crm)).rejects.toMatchObject({ code: errors.TARGET_LEADS.code })
  expect(await stepOf('dual-write')).toMatchObject({ condition: 'done' })
})
