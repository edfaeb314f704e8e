import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findingText } from './index.ts'
import { type Fixture, openFixture, ticketToItem } from './ticket.fixture.ts'

let open: Fixture
beforeEach(async () => {
  open = await openFixture()
  await open.run(`INSERT INTO ticket (title, status) SELECT 't' || n, 'done' FROM generate_series(1, 400) n`)
  await open.fill()
})
afterEach(() => open.close())

const statuses = ['draft', 'planned', 'done']

/** One write with its dual write, in one transaction: an update, a delete or an insert. */
async function write(step: number): Promise<void> {
  const id = 41 + ((step * 7919) % 400)
  await open.database.transaction(async (tx) => {
    const both = (keys: readonly string[]) =>
      open.sync.keys(
        tx,
        ticketToItem,
        'forward',
        keys.map((key) => [key]),
        { heldValues: 'overwrite' },
      )
    if (step % 10 === 0) {
      await tx.query('DELETE FROM ticket WHERE id = $1::bigint', [id])
      return both([String(id)])
    }
    if (step % 10 === 1) {
      const { rows } = await tx.query<{ id: string }>(
        `INSERT INTO ticket (title, status) VALUES ('new', 'done') RETURNING id::text`,
      )
      return both(rows.map((row) => row.id))
    }
    await tx.query('UPDATE ticket SET title = $2, status = $3, rank = $4::int WHERE id = $1::bigint', [
      id,
      `w${step}`,
      statuses[step % 3],
      step,
    ])
    return both([String(id)])
  })
}

/** Writes without pause until told to stop; says how much was written. */
function writers(count: number) {
  let [stopped, written] = [false, 0]
  const work = async (first: number) => {
    for (let step = first; !stopped; step += count, written++) await write(step)
  }
  const running = Promise.all(Array.from({ length: count }, (_each, first) => work(first)))
  return {
    async stop() {
      stopped = true
      await running
      return written
    },
  }
}

describe('FM-28 a busy database', () => {
  test('FM-28 verifications under continuous writers find nothing false, and always what is planted', async () => {
    await open.run(`INSERT INTO item (title, data) VALUES ('stray', '{"legacy_id": "99999"}');
      UPDATE item SET title = 'planted' WHERE data ->> 'legacy_id' = '3'; DELETE FROM item WHERE data ->> 'legacy_id' = '17'`)
    const load = writers(3)
    const seen = new Set<string>()
    for (let pass = 0; pass < 12; pass++) {
      const { findings, mappings } = await open.verify({
        chunkRows: pass % 2 === 0 ? 37 : 200,
        record: false,
      })
      seen.add(
        findings
          .map(findingText)
          .toSorted()
          .join('\n')
          .replace(/row [0-9a-f-]{36}/, 'row ‹id›'),
      )
      expect(mappings[1]?.total).toBeGreaterThan(300)
    }
    expect(await load.stop()).toBeGreaterThan(50)
    expect([...seen]).toEqual([
      [
        'Ticket 17: no target row',
        `Ticket 3 title: 'planted' instead of 'ticket 3'`,
        'Ticket target row ‹id›: no legacy row (its identity is 99999)',
      ].join('\n'),
    ])
  }, 60_000)

  test('FM-28 what a transaction has not committed is on neither side', async () => {
    await open.database.transaction(async (tx) => {
      await tx.query(`UPDATE ticket SET title = 'not yet' WHERE id = 50`)
      expect(await open.verify()).toMatchObject({ verdict: 'consistent' })
      await open.sync.keys(tx, ticketToItem, 'forward', [['50']], { heldValues: 'overwrite' })
      expect(await open.verify()).toMatchObject({ verdict: 'consistent' })
    })
    expect(await open.verify()).toMatchObject({ verdict: 'consistent' })
  })

  test('FM-28 mutation: read by two statements, a write between them is a false finding', async () => {
    const titles = async (query: string) => open.text(query)
    const legacy = await titles(`SELECT title FROM ticket WHERE id = 43`)
    await open.run(`UPDATE ticket SET title = 'between' WHERE id = 43`)
    await open.fill([['43']])
    const target = await titles(`SELECT title FROM item WHERE data ->> 'legacy_id' = '43'`)
    expect(target).not.toBe(legacy)
    expect(await open.verify()).toMatchObject({ verdict: 'consistent' })
  })
})
