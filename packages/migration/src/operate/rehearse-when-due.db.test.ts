import { createBackfill } from '@changeover/backfill'
import { createSync } from '@changeover/sync'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCrm, crm, type CrmFixture } from '../crm.fixture.ts'
import { changePhase, install, recordedRehearsal, rehearseWhenDue, statusOf } from '../index.ts'

let fixture: CrmFixture
beforeEach(async () => {
  fixture = await createCrm()
  await install(fixture.database, crm)
})
afterEach(() => fixture.close())

const due = (everySeconds = 60) => rehearseWhenDue(fixture.database, crm, { everySeconds })
async function lead(): Promise<void> {
  const { database } = fixture
  await changePhase(database, crm, { to: 'legacy-leads', by: 'test', reason: 'test' })
  const backfill = createBackfill({ database, sync: createSync(crm.mappings), migration: crm.name })
  for (const mapping of crm.ordered) await backfill.run(mapping, { heldValues: 'overwrite' })
}

test('where there is no way back over rows nothing is rehearsed', async () => {
  expect(await due()).toBe(false)
  expect(await recordedRehearsal(fixture.database, 'crm')).toBeUndefined()
})

test('of many at once one rehearses, and the status shows the figure with its age', async () => {
  await lead()
  const did = await Promise.all(Array.from({ length: 4 }, () => due()))
  expect(did.filter(Boolean)).toHaveLength(1)
  const { rehearsal } = await statusOf({ database: fixture.database, migration: crm, environment: {} })
  expect(rehearsal).toMatchObject({ isComplete: true, epoch: '2' })
  expect(rehearsal?.mappings.reduce((sum, { rows }) => sum + rows, 0)).toBe(14)
  expect(rehearsal?.ageSeconds).toBeLessThan(60)
})

test('a fresh figure stays, an old one and one of another phase are made anew', async () => {
  await lead()
  expect(await due()).toBe(true)
  expect(await due()).toBe(false)
  expect(await due(0)).toBe(true)
  await changePhase(fixture.database, crm, {
    to: 'target-leads',
    by: 'test',
    reason: 'test',
    emergency: true,
  })
  expect(await due()).toBe(false) // claimed a moment ago
  await fixture.database.query(
    `update changeover.rehearsal_claim set claimed_at = claimed_at - interval '61 s'`,
  )
  expect(await due()).toBe(true)
  expect(await recordedRehearsal(fixture.database, 'crm')).toMatchObject({ epoch: '3' })
})
