import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Fixture, openFixture } from './ticket.fixture.ts'

let open: Fixture
beforeEach(async () => {
  open = await openFixture()
})
afterEach(() => open.close())

test('the series tells of each finished verification when it was, what it said and how many rows were wrong', async () => {
  const first = await open.verify()
  await open.run(
    `UPDATE item SET title = 'changed' WHERE data ->> 'legacy_id' IN ('1', '2', '3') AND type = 'ticket'`,
  )
  const second = await open.verify()
  const series = await open.verifier.series()
  expect(series).toMatchObject([
    { id: second.id, verdict: 'findings', wrongRows: 3, finishedAt: expect.stringMatching(/Z$/) },
    { id: first.id, verdict: 'consistent', wrongRows: 0, rows: 43 },
  ])
  expect(await open.verifier.series({ limit: 1 })).toEqual(series.slice(0, 1))
})

test('findings of a finished verification come in pages, in their order', async () => {
  await open.run(
    `UPDATE item SET title = 'changed' WHERE data ->> 'legacy_id' IN ('1', '2', '3') AND type = 'ticket'`,
  )
  const { id, findings } = await open.verify()
  const page = (offset: number) => open.verifier.findings(id ?? '', { offset, limit: 2 })
  expect(findings).toHaveLength(3)
  expect(await page(0)).toEqual({ findings: findings.slice(0, 2), kept: 3, omitted: 0 })
  expect(await page(2)).toEqual({ findings: findings.slice(2), kept: 3, omitted: 0 })
  await expect(open.verifier.findings('99')).rejects.toMatchObject({ code: 'VERIFIER.VERIFICATION_UNKNOWN' })
})
