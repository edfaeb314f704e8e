import { createBackfill } from '@changeover/backfill'
import { createSync } from '@changeover/sync'
import {
  errors as rolloutErrors,
  gatherFacts,
  type PhaseName,
  planTransition,
  readHistory,
} from '@changeover/rollout'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCrm, crm, type CrmFixture } from './crm.fixture.ts'
import { changePhase, install, planPhase, uninstall } from './index.ts'

let fixture: CrmFixture

beforeEach(async () => {
  fixture = await createCrm()
  const { database } = fixture
  await install(database, crm)
  await changePhase(database, crm, { to: 'legacy-leads', by: 'test', reason: 'test' })
  const backfill = createBackfill({ database, sync: createSync(crm.mappings), migration: crm.name })
  for (const mapping of crm.ordered) await backfill.run(mapping, { heldValues: 'overwrite' })
})
afterEach(() => fixture.close())

const go = (to: PhaseName, emergency = false) =>
  changePhase(fixture.database, crm, { to, by: 'test', reason: 'test', emergency })
/** Legacy no longer takes what the target gives back. */
const broken = `alter table customer add constraint narrow check (name <> 'customer 7') not valid`

test('FM-60 a way back that does not work keeps the target from leading, in an emergency too', async () => {
  await fixture.database.query(broken)
  await expect(go('target-leads', true)).rejects.toMatchObject({
    code: rolloutErrors.GATES_CLOSED.code,
    values: {
      closed: [{ gate: 'reverse-proven', why: expect.stringMatching(/^1 of \d+ rows did not come back/) }],
    },
  })
  await fixture.database.query('alter table customer drop constraint narrow')
  expect((await go('target-leads', true)).phase.phase.name).toBe('target-leads')
})

test('FM-60 a way back that nobody tries is believed to work (mutation)', async () => {
  const { database } = fixture
  await fixture.database.query(broken)
  const reverseOf = async (observations: object) => {
    const facts = await gatherFacts(database, crm.name, { observe: async () => observations })
    return planTransition(facts, 'target-leads', {}).closed.some(({ gate }) => gate === 'reverse-proven')
  }
  expect(await reverseOf({ reverse: { rows: 10, failures: 0 } })).toBe(false)
  const tried = (await planPhase(database, crm, 'target-leads')).closed
  expect(tried.map(({ gate }) => gate)).toContain('reverse-proven')
})

test('without a legacy row there is nothing to give back: a count proves it, and the trail says so', async () => {
  await fixture.database.query('delete from invoice; delete from customer')
  await go('target-leads', true)
  const flip = (await readHistory(fixture.database, crm.name)).at(-1)
  expect(flip?.gates.find(({ gate }) => gate === 'reverse-proven')).toMatchObject({
    state: 'open',
    why: expect.stringContaining('holds no row'),
  })
})

test('a target that led alone for a while needs no new backfill to lead once more', async () => {
  const closed = async () =>
    (await planPhase(fixture.database, crm, 'target-leads')).closed.map(({ gate }) => gate)
  await go('target-leads', true)
  await go('target-only', true)
  await fixture.database.query(`insert into party (kind, title, grade) values ('customer', 'new', 'A')`)
  await go('target-leads', true)
  await go('legacy-leads', true)
  expect(await closed()).not.toContain('backfill-finished')
  await go('legacy-only', true)
  await go('legacy-leads', true)
  expect(await closed()).toContain('backfill-finished')
})

const readShare = (percent: number) =>
  fixture.database.query('update changeover.phase set read_percent = $1', [percent])

test('FM-24 dual write does not end while somebody reads from the target, nor while it leads', async () => {
  await readShare(10)
  await expect(go('legacy-only', true)).rejects.toMatchObject({
    values: { closed: [{ gate: 'read-from-legacy' }] },
  })
  await readShare(0)
  await go('target-leads', true)
  await expect(uninstall(fixture.database, crm)).rejects.toMatchObject({ code: 'MIGRATION.TARGET_LEADS' })
})

test('FM-24 ended behind the gate’s back it leaves readers of the target with old rows (mutation)', async () => {
  await readShare(10)
  await fixture.database.query(`update changeover.phase set phase = 'legacy-only'`)
  await fixture.database.query(`update customer set name = 'newer' where id = 1`)
  const { rows } = await fixture.database.query(`select title from party where data ->> 'customer_id' = '1'`)
  expect(rows).toEqual([{ title: 'customer 1' }])
})
