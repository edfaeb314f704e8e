import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCrm, crm, type CrmFixture } from '../crm.fixture.ts'
import { changePhase, install, readAudit, recordOperation } from '../index.ts'

let fixture: CrmFixture
beforeEach(async () => {
  fixture = await createCrm()
})
afterEach(() => fixture.close())

const operate = (what: string) =>
  recordOperation(fixture.database, {
    migration: 'crm',
    what,
    by: 'ada',
    reason: 'a test',
    details: { n: 1 },
  })

test('phases and operations are one trail, newest first, in pages that neither repeat nor leave out', async () => {
  expect(await readAudit(fixture.database, 'crm')).toEqual([])
  await install(fixture.database, crm)
  await operate('first')
  await changePhase(fixture.database, crm, { to: 'legacy-leads', by: 'bob', reason: 'on' })
  for (const what of ['second', 'third']) await operate(what)
  const all = await readAudit(fixture.database, 'crm')
  expect(all.map(({ what }) => what)).toEqual(['third', 'second', 'flip', 'first', 'stored'])
  expect(all[2]).toMatchObject({
    by: 'bob',
    reason: 'on',
    details: { from: 'legacy-only', to: 'legacy-leads', epoch: '2' },
  })
  expect(all[0]).toMatchObject({ by: 'ada', databaseUser: 'postgres', details: { n: 1 } })

  const paged = []
  for (let before: string | undefined; ; ) {
    const page = await readAudit(fixture.database, 'crm', { limit: 2, before })
    if (page.length === 0) break
    paged.push(...page)
    before = page.at(-1)?.id
  }
  expect(paged).toEqual(all)
})

test('what was asked for in the same instant is told once', async () => {
  await install(fixture.database, crm)
  await fixture.database.query(
    `insert into changeover.operation (migration, what, by, reason, at) select 'crm', 'same', 'ada', 'x', '2030-01-01' from generate_series(1, 5)`,
  )
  const seen = new Set<string>()
  let before: string | undefined
  for (let count = 0; count < 5; count++) {
    const [entry] = await readAudit(fixture.database, 'crm', { limit: 1, before })
    before = entry?.id
    seen.add(before ?? '')
  }
  expect(seen.size).toBe(5)
})

test('the trail of a page that nobody was given is empty, not the first one', async () => {
  await install(fixture.database, crm)
  expect(await readAudit(fixture.database, 'crm', { before: 'operation-99' })).toEqual([])
})
