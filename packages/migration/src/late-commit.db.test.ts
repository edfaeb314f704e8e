import { createBackfill } from '@changeover/backfill'
import { type Database, type Transaction } from '@changeover/database'
import { createSync } from '@changeover/sync'
import { createVerifier } from '@changeover/verifier'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCrm, crm, type CrmFixture } from './crm.fixture.ts'
import { changePhase, install, planPhase } from './index.ts'

let fixture: CrmFixture
const sync = createSync(crm.mappings)

beforeEach(async () => {
  fixture = await createCrm()
  await install(fixture.database, crm)
  await changePhase(fixture.database, crm, { to: 'legacy-leads', by: 'test', reason: 'test' })
})
afterEach(() => fixture.close())

const insert = (id: number) => `insert into customer (id, name, grade) values (${id}, 'late', 'gold')`
const verifierOf = (database: Database) => createVerifier({ database, sync, migration: crm.name })
const look = () => verifierOf(fixture.database).verify(crm.mappings, { heldValues: 'overwrite' })
const missing = async () => (await look()).mappings.reduce((sum, each) => sum + each.missing, 0)

/** A row with a smaller key than the cursor commits after the backfill has passed it. */
async function late(prepare: (tx: Transaction) => Promise<unknown> = async () => {}): Promise<void> {
  const { database } = fixture
  const backfill = createBackfill({ database, sync, migration: crm.name })
  await database.transaction(async (tx) => {
    await prepare(tx)
    await tx.query(insert(1_000))
    await database.query(insert(1_001))
    for (const mapping of crm.ordered) await backfill.run(mapping, { heldValues: 'overwrite' })
  })
}

test('FM-03 a row that commits behind the cursor carries its own twin, since dual write is on', async () => {
  await late()
  expect(await missing()).toBe(0)
})

test('FM-03 without it the row is missing, and the gate is closed until it is swept (mutation)', async () => {
  const { database } = fixture
  // As a transaction that began before dual write did, and that no fence has waited for.
  await late((tx) => tx.query(`select set_config('changeover.writer', 'crm:backward', true)`))
  const found = await look()
  expect(found).toMatchObject({ verdict: 'findings', findings: [{ class: 'missing', key: ['1000'] }] })
  const closed = async () => (await planPhase(database, crm, 'target-leads')).closed.map(({ gate }) => gate)
  expect(await closed()).toContain('certificate-fresh')
  await verifierOf(database).fix(crm.mappings, found)
  expect(await missing()).toBe(0)
  expect(await closed()).not.toContain('certificate-fresh')
})
