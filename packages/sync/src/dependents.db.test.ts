import { afterAll, beforeAll, expect, test } from 'vitest'
import { dependentKeysSql, dependentsOf } from './dependents.ts'
import { openFixture, type SyncFixture, ticketToItem } from './ticket-to-item.fixture.ts'

let open: SyncFixture
// As in a backfill: the planner knows the legacy table, and still believes the target to be small.
beforeAll(async () => {
  open = await openFixture()
  await open.database.query(`
    INSERT INTO ticket SELECT n, 'ticket ' || n, 'low', n, CASE n % 50 WHEN 0 THEN n - 7 END FROM generate_series(1, 30000) AS n;
    ALTER TABLE item SET (autovacuum_enabled = off);
    ANALYZE ticket, item;
    INSERT INTO item (title, priority, data) SELECT title, priority, jsonb_build_object('legacy_id', id::text) FROM ticket WHERE id % 3 < 2`)
})
afterAll(() => open.close())

const [dependent] = dependentsOf(ticketToItem, [ticketToItem])
const statement = dependent ? dependentKeysSql(ticketToItem, dependent).text : ''
const keys = [Array.from({ length: 2_000 }, (_each, index) => String(index + 1))]

test('rows that refer to the keys and have a twin are found, each once', async () => {
  const { rows } = await open.database.query<{ k0: string }>(statement, keys)
  const expected = await open.text(
    `SELECT count(*)::text FROM ticket AS l WHERE duplicate_of <= 2000
     AND EXISTS (SELECT 1 FROM item AS t WHERE t.data ->> 'legacy_id' = l.id::text)`,
  )
  expect(Number(expected)).toBeGreaterThan(10)
  expect(new Set(rows.map(({ k0 }) => k0)).size).toBe(Number(expected))
  expect(rows).toHaveLength(Number(expected))
})

test('no table is read as a whole to find them', async () => {
  const { rows } = await open.database.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${statement}`, keys)
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  expect(plan).toContain('Index Cond')
  expect(plan).not.toContain('Seq Scan')
})
