import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyed, openKeyed } from './keyed.fixture.ts'
import { estimateRows, readLastKey, readPage } from './key-pages.ts'
import type { Home } from './task-to-card.fixture.ts'

const of = keyed[0]!
let home: Home
beforeAll(async () => {
  home = await openKeyed(of)
  // Half of the id space is empty.
  await home.database.query(
    `INSERT INTO thing SELECT CASE WHEN n > 60000 THEN n + 10000000 ELSE n END, 'thing', 1 FROM generate_series(1, 120000) AS n; ANALYZE thing`,
  )
})
afterAll(() => home.close())

const all = { after: undefined, upTo: undefined }

test('a page ends at the last of so many rows, a span without rows has none', async () => {
  expect(await readPage(home.database, of.mapping, all, 10)).toEqual({ last: ['10'], rows: 10 })
  const end = { after: ['10119995'], upTo: ['10120000'] }
  expect(await readPage(home.database, of.mapping, end, 10)).toEqual({ last: ['10120000'], rows: 5 })
  expect(await readPage(home.database, of.mapping, { after: ['70000'], upTo: ['80000'] }, 10)).toBeUndefined()
  expect(await readLastKey(home.database, of.mapping)).toEqual(['10120000'])
})

test('FM-15 few rows are counted, many are estimated from what the planner knows of their keys', async () => {
  expect(await estimateRows(home.database, of.mapping, { after: ['10110000'], upTo: ['10120000'] })).toBe(
    10_000,
  )
  expect(await estimateRows(home.database, of.mapping, { after: ['70000'], upTo: ['9000000'] })).toBe(0)
  for (const [span, truth] of [
    [all, 120_000],
    [{ after: ['30000'], upTo: ['10120000'] }, 90_000],
  ] as const) {
    const estimate = await estimateRows(home.database, of.mapping, span)
    expect(Math.abs(estimate - truth)).toBeLessThan(truth * 0.1)
  }
})
