import { createBackfill } from '@changeover/backfill'
import { createSync } from '@changeover/sync'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCrm, crm, type CrmFixture } from './crm.fixture.ts'
import { changePhase, install, proveReverse } from './index.ts'

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

const waiting = async () => {
  for (;;) {
    const { rows } = await fixture.database.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    )
    if (rows.length > 0) return
  }
}

test('a row that somebody is changing comes back as that one leaves it', async () => {
  const proof = await fixture.database.transaction(async (tx) => {
    await tx.query(`update customer set name = 'changed'`)
    const begun = proveReverse(fixture.database, crm, 20)
    await waiting()
    return { begun }
  })
  expect(await proof.begun).toEqual({ rows: 14, isEverything: true, failures: [] })
})

test('a row that goes meanwhile proves nothing, and fails nothing', async () => {
  const proof = await fixture.database.transaction(async (tx) => {
    await tx.query(`delete from customer where id = 9`)
    const begun = proveReverse(fixture.database, crm, 20)
    await waiting()
    return { begun }
  })
  expect((await proof.begun).failures).toEqual([])
})
