import { createPoolDatabase, type PoolDatabase } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { changePhase, install, rehearse } from './index.ts'
import { notes, notesSchema } from './soak/notes.fixture.ts'

let home: Awaited<ReturnType<typeof createTestDatabase>>
let database: PoolDatabase

beforeEach(async () => {
  home = await createTestDatabase()
  database = createPoolDatabase({ url: home.url, maxConnections: 4 })
  await database.query(`${notesSchema}; DELETE FROM note`)
  const firstPhase = { phase: 'target-only', by: 'test', reason: 'test' } as const
  await install(database, notes, { firstPhase })
})
afterEach(async () => {
  await database.close()
  await home.drop()
})

// Made while legacy was frozen: two by a proxy, which gave them a key, two natively; each below one that comes later, in a ring.
const family = `
  INSERT INTO page (title, data) VALUES ('seven', '{"legacy_id": "7"}');
  INSERT INTO page (title, parent, data) SELECT 'three', id, '{"legacy_id": "3"}' FROM page WHERE title = 'seven';
  INSERT INTO page (title, parent) SELECT 'new', id FROM page WHERE title = 'three';
  INSERT INTO page (title, parent) SELECT 'newer', id FROM page WHERE title = 'new';
  UPDATE page SET parent = (SELECT id FROM page WHERE title = 'newer') WHERE title = 'seven'`

test('rows that refer to rows of later batches reach legacy, together with those', async () => {
  await database.query(family)
  const rehearsed = await rehearse(database, notes, { batchRows: 1 })
  expect(rehearsed.mappings).toMatchObject([{ lostRows: 0, lost: [] }])
  const { caughtUp } = await changePhase(
    database,
    notes,
    { to: 'target-leads', by: 'test', reason: 'test' },
    { batchRows: 1 },
  )
  expect(caughtUp).toMatchObject({ rows: 4, lost: [] })
  const { rows } = await database.query<{ said: string }>(
    `SELECT string_agg(n.title || ' below ' || p.title, ', ' ORDER BY n.title) AS said FROM note n JOIN note p ON p.id = n.parent`,
  )
  expect(rows[0]?.said).toBe('new below three, newer below new, seven below newer, three below seven')
})
