import { fromPool, runDdl } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import type { Mapping } from '@changeover/mapping'
import { createSync } from '@changeover/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createVerifier, ledgerDdl } from './index.ts'
import { mutants, original } from './mutants.fixture.ts'
import { boardToItem, openFixture, ticketToItem } from './ticket.fixture.ts'

// Written by hand from what tickets and items mean, with nothing of the mapping in it: the second opinion.
const oracle = `
SELECT (SELECT count(*) FROM ticket t FULL JOIN (SELECT * FROM item WHERE type = 'ticket') i ON i.data ->> 'legacy_id' = t.id::text
    LEFT JOIN item origin ON origin.id = i.origin LEFT JOIN item project ON project.id = i.project
  WHERE t.id IS NULL OR i.id IS NULL
    OR i.title <> t.title
    OR i.status <> CASE t.status WHEN 'done' THEN 'done' ELSE 'todo' END
    OR i.data ->> 'legacy_status' IS DISTINCT FROM t.status
    OR i.priority IS DISTINCT FROM t.priority
    OR (i.start_date + i.start_time) IS DISTINCT FROM (t.starts_at AT TIME ZONE 'Europe/Berlin')
    OR coalesce((i.data ->> 'starts_at')::timestamptz, (i.start_date + i.start_time) AT TIME ZONE 'Europe/Berlin') IS DISTINCT FROM t.starts_at
    OR (i.data ->> 'rank')::numeric IS DISTINCT FROM t.rank
    OR (i.data ->> 'cost')::numeric IS DISTINCT FROM t.cost
    OR (i.data ->> 'weight')::float8 IS DISTINCT FROM t.weight
    OR i.data -> 'extra' IS DISTINCT FROM t.extra
    OR (i.data ->> 'changed_at')::timestamptz IS DISTINCT FROM t.changed_at
    OR origin.data ->> 'legacy_id' IS DISTINCT FROM t.duplicate_of::text
    OR project.data ->> 'board_id' IS DISTINCT FROM t.board::text)
  + (SELECT count(*) FROM (SELECT ticket_id::text AS ticket, person FROM ticket_watcher) l
    FULL JOIN (SELECT i.data ->> 'legacy_id' AS ticket, w.person FROM item_watcher w JOIN item i ON i.id = w.item_id) r USING (ticket, person)
    WHERE l.* IS NULL OR r.* IS NULL) AS wrong`

let template: string
let close: () => Promise<void>
beforeAll(async () => {
  const fixture = await openFixture()
  await fixture.run(`DELETE FROM item; DROP INDEX changeover_item_ticket;
    UPDATE ticket SET starts_at = '2026-10-25 00:30:00+00' WHERE id = 3`)
  template = new URL(fixture.url).pathname.slice(1)
  close = fixture.close
  await fixture.disconnect()
})
afterAll(() => close())

/** Writes boards by their mapping and tickets by the given one, and asks the oracle and two verifiers. */
async function judge(mapping: Mapping) {
  const created = await createTestDatabase({ template })
  const database = fromPool(created.pool())
  try {
    await runDdl(database, ledgerDdl)
    const write = createSync([boardToItem, mapping])
    for (const each of [boardToItem, mapping])
      await database.transaction((tx) => write.batch(tx, each, 'forward', {}, { heldValues: 'overwrite' }))
    const { rows } = await database.query<{ wrong: string }>(oracle)
    const verify = async (by: Mapping) => {
      const verifier = createVerifier({ database, sync: write, migration: 'tickets' })
      return (await verifier.verify([boardToItem, by], { chunkRows: 13 })).verdict
    }
    return { oracle: Number(rows[0]?.wrong), right: await verify(ticketToItem), own: await verify(mapping) }
  } finally {
    await created.drop()
  }
}

describe('FM-37 an oracle that shares nothing with the mapping', () => {
  test('FM-37 finds nothing in what the right mapping writes, and neither does the verifier', async () => {
    expect(await judge(original)).toEqual({ oracle: 0, right: 'consistent', own: 'consistent' })
  })

  test('FM-37 there are 30 mutants', () => {
    expect(mutants.size).toBeGreaterThanOrEqual(30)
  })

  test.each([...mutants])(
    'FM-37 kills the mutant in which %s, and so does the verifier with the right mapping',
    async (_name, mapping) => {
      const found = await judge(mapping)
      expect(found.oracle).toBeGreaterThan(0)
      expect(found.right).toBe('findings')
    },
  )

  test('FM-37 mutation: a verifier that shares the mistake is blind to it, which is why there is an oracle', async () => {
    const mapping = mutants.get('planned becomes done')
    expect(mapping && (await judge(mapping))).toMatchObject({ own: 'consistent', oracle: expect.any(Number) })
  })
})
