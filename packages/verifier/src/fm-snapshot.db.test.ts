import { createPoolDatabase, type Database } from '@changeover/database'
import { createSync } from '@changeover/sync'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createVerifier } from './index.ts'
import { type Fixture, mappings, openFixture } from './ticket.fixture.ts'

let open: Fixture
beforeEach(async () => {
  open = await openFixture()
})
afterEach(() => open.close())

const name = 'verifier of FM-34'

/** How many statements of a verification found that it still held the snapshot of the one before. */
async function heldBetween(on: (database: Database) => Database): Promise<{ looks: number; held: number }> {
  const own = createPoolDatabase({ url: open.url, maxConnections: 1, applicationName: name })
  const seen = { looks: 0, held: 0 }
  const look = async () => {
    const held = await open.text(
      `SELECT count(*)::text FROM pg_stat_activity WHERE application_name = '${name}' AND backend_xmin IS NOT NULL`,
    )
    seen.looks += 1
    if (held !== '0') seen.held += 1
  }
  const watched: Database = {
    ...own,
    query: async (text, params) => {
      await look()
      return on(own).query(text, params)
    },
  }
  const verifier = createVerifier({ database: watched, sync: createSync(mappings), migration: 'tickets' })
  const { verdict } = await verifier.verify(mappings, { chunkRows: 7, workers: 1, record: false })
  expect(verdict).toBe('consistent')
  await own.close()
  return seen
}

test('FM-34 no snapshot is held from one chunk to the next, so that nothing is kept from being cleaned away', async () => {
  const { looks, held } = await heldBetween((database) => database)
  expect(looks).toBeGreaterThan(8)
  expect(held).toBe(0)
})

test('FM-34 one snapshot for all chunks is held to the end (mutation)', async () => {
  let isBegun = false
  const inOne = (database: Database): Database => ({
    ...database,
    async query(text, params) {
      if (!isBegun) await database.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
      isBegun = true
      return database.query(text, params)
    },
  })
  expect((await heldBetween(inOne)).held).toBeGreaterThan(8)
})
