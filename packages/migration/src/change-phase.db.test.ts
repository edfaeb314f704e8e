import { createBackfill } from '@changeover/backfill'
import { createSync } from '@changeover/sync'
import { createVerifier } from '@changeover/verifier'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCrm, crm, type CrmFixture } from './crm.fixture.ts'
import {
  changePhase,
  install,
  phaseOf,
  planMove,
  planPhase,
  proveReverse,
  recordedRehearsal,
  rehearse,
} from './index.ts'

let fixture: CrmFixture

beforeEach(async () => {
  fixture = await createCrm()
  await install(fixture.database, crm)
})
afterEach(() => fixture.close())

const query = (text: string) => fixture.database.query<Record<string, string>>(text)
const go = (to: Parameters<typeof planPhase>[2], waive: Parameters<typeof changePhase>[2]['waive'] = []) =>
  changePhase(fixture.database, crm, { to, by: 'test', reason: 'a test', waive })
const now = async () => (await phaseOf(fixture.database, 'crm'))?.phase.name
const unobserved = ['shadow-agrees', 'healthy'] as const

async function fill() {
  const engine = createBackfill({
    database: fixture.database,
    sync: createSync(crm.mappings),
    migration: 'crm',
  })
  for (const mapping of crm.ordered) await engine.run(mapping, { heldValues: 'overwrite' })
}

const verify = async () => {
  const { database } = fixture
  const stored = await phaseOf(database, 'crm')
  const verifier = createVerifier({ database, sync: createSync(crm.mappings), migration: 'crm' })
  return verifier.verify(crm.mappings, {
    heldValues: stored?.targetHasLed === true ? 'keep' : 'overwrite',
    authority: stored?.phase.authority ?? 'legacy',
  })
}

async function toTargetLeads() {
  await go('legacy-leads')
  await fill()
  await install(fixture.database, crm)
  expect((await verify()).verdict).toBe('consistent')
  await go('target-leads', unobserved)
}

test('the gates name what is missing, and each opens when it is done', async () => {
  await go('legacy-leads')
  const closed = async () =>
    (await planPhase(fixture.database, crm, 'target-leads')).closed.map(({ gate }) => gate)
  expect(await closed()).toEqual([
    'backfill-finished',
    'proxies-indexed',
    'certificate-fresh',
    'shadow-agrees',
    'healthy',
    'reverse-proven',
  ])
  await fill()
  expect(await closed()).toEqual(['proxies-indexed', 'certificate-fresh', ...unobserved])
  await install(fixture.database, crm)
  expect(await closed()).toEqual(['certificate-fresh', ...unobserved])
  await verify()
  expect(await closed()).toEqual([...unobserved])
  await expect(go('target-leads')).rejects.toMatchObject({ code: 'ROLLOUT.GATES_CLOSED' })
  expect(await now()).toBe('legacy-leads')
  await go('target-leads', unobserved)
  expect(await now()).toBe('target-leads')
})

test('capture that was switched off keeps the gate closed, and the trigger is named', async () => {
  await query('alter table customer disable trigger user')
  const [closed] = (await planPhase(fixture.database, crm, 'legacy-leads')).closed
  expect(closed).toMatchObject({ gate: 'capture-installed', why: expect.stringContaining('customer') })
})

test('a certificate of another schema or from before the phase proves nothing', async () => {
  await toTargetLeads()
  const gate = async () =>
    (await planPhase(fixture.database, crm, 'target-only')).verdicts.find(
      (each) => each.gate === 'certificate-fresh',
    )
  expect((await gate())?.why).toContain('before target-leads began')
  await verify()
  expect(await gate()).toMatchObject({ state: 'open' })
  await query('alter table customer add column extra text')
  expect((await gate())?.why).toContain('schema has changed')
})

test('every row of a sample goes away and comes back as it was, and nothing of it stays', async () => {
  await go('legacy-leads')
  await fill()
  const image = `select jsonb_agg(to_jsonb(c) order by id)::text as rows from customer c`
  const before = (await query(image)).rows
  expect(await proveReverse(fixture.database, crm)).toEqual({ rows: 14, isEverything: true, failures: [] })
  expect((await query(image)).rows).toEqual(before)
  expect(await now()).toBe('legacy-leads')
})

test('a row that would come back otherwise is a failure with both values', async () => {
  await go('legacy-leads')
  await fill()
  await query(`update party set title = 'other' where title = 'customer 3'`)
  const { failures } = await proveReverse(fixture.database, crm)
  expect(failures).toEqual([
    { mapping: 'Customer', key: ['3'], why: expect.stringMatching(/other.* instead of .*customer 3/) },
  ])
})

test('what was written while the target led is in legacy after a rollback, without a gap', async () => {
  await toTargetLeads()
  await query(`insert into party (kind, title, grade) values ('customer', 'target born', 'A')`)
  await query(`update party set title = 'renamed' where title = 'customer 2'`)
  await query(`delete from party where title = 'invoice 5'`)
  await go('legacy-leads')
  const { rows } = await query(
    `select string_agg(name, ', ' order by id) as names from customer where id = 2 or id > 9`,
  )
  expect(rows[0]?.['names']).toBe('renamed, target born')
  expect((await query('select from invoice')).rows).toHaveLength(4)
  expect((await verify()).verdict).toBe('consistent')
})

test('legacy catches up with what it missed in target-only: new, changed and deleted rows', async () => {
  await toTargetLeads()
  await verify()
  await go('target-only', unobserved)
  await query(`insert into party (kind, title, grade) values ('customer', 'late', 'B')`)
  await query(`update party set title = 'changed late' where title = 'customer 7'`)
  await query(`delete from party where title = 'invoice 4'`)
  const rehearsed = await rehearse(fixture.database, crm)
  expect(rehearsed.mappings.map(({ behind, lostRows }) => ({ behind, lostRows }))).toEqual([
    { behind: 2, lostRows: 0 },
    { behind: 1, lostRows: 0 },
  ])
  expect((await query(`select from customer where name = 'late'`)).rows).toHaveLength(0)

  const { caughtUp } = await go('target-leads')
  expect(caughtUp).toMatchObject({ lost: [] })
  expect((await query(`select from customer where name in ('late', 'changed late')`)).rows).toHaveLength(2)
  expect((await query('select from invoice')).rows).toHaveLength(4)
  expect(await phaseOf(fixture.database, 'crm')).toMatchObject({ legacyStale: false })
  expect((await verify()).verdict).toBe('consistent')
  await go('legacy-leads')
  expect(await now()).toBe('legacy-leads')
})

test('a row that legacy cannot hold is counted by the rehearsal with key, field and reason, and keeps legacy stale', async () => {
  await toTargetLeads()
  await verify()
  await go('target-only', unobserved)
  await query(`update party set grade = 'Z' where title = 'customer 6'`)
  const { mappings } = await rehearse(fixture.database, crm)
  expect(mappings[0]).toMatchObject({
    lostRows: 1,
    lostFields: ['map-values(grade)'],
    lost: [{ mapping: 'Customer', key: ['6'], rule: 'map-values(grade)' }],
  })
  await go('target-leads')
  expect(await phaseOf(fixture.database, 'crm')).toMatchObject({ legacyStale: true })
  const { closed } = await planPhase(fixture.database, crm, 'legacy-leads')
  expect(closed.map(({ gate }) => gate)).toContain('legacy-caught-up')
})

test('a rehearsal of a part of the rows says so, and does not open the gate', async () => {
  await go('legacy-leads')
  await fill()
  const gate = async (rehearsal: { readonly limitRows?: number; readonly batchRows?: number }) => {
    const { verdicts } = await planPhase(fixture.database, crm, 'target-leads', { rehearsal })
    return verdicts.find((each) => each.gate === 'losses-accepted')
  }
  expect(await gate({ limitRows: 2, batchRows: 2 })).toMatchObject({
    state: 'closed',
    why: expect.stringMatching(/^only 4 rows were tried/),
  })
  expect(await gate({})).toMatchObject({ state: 'open' })
})

test('what the gate has rehearsed on all rows stays on record, with its epoch and age; a part is not recorded', async () => {
  const recorded = () => recordedRehearsal(fixture.database, 'crm')
  await go('legacy-leads')
  await fill()
  await planPhase(fixture.database, crm, 'target-leads', { rehearsal: { limitRows: 2 } })
  expect(await recorded()).toBeUndefined()
  await install(fixture.database, crm)
  await verify()
  await go('target-leads', unobserved)
  await verify()
  await go('target-only', unobserved)
  await query(`update party set grade = 'Z' where title = 'customer 6'`)
  expect(await recorded()).toMatchObject({ epoch: '2', isComplete: true, mappings: [{ lostRows: 0 }, {}] })
  await planMove({ database: fixture.database, migration: crm }, 'rollback')
  const found = await recorded()
  expect(found).toMatchObject({
    epoch: '4',
    mappings: [{ lostRows: 1, lostFields: ['map-values(grade)'] }, {}],
  })
  expect(found?.ageSeconds).toBeGreaterThan(0)
})
