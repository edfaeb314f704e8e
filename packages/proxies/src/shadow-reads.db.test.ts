import { createPoolDatabase, type Database, runDdl } from '@changeover/database'
import { ledgerDdl, recordShadowReads, shadowExamples, shadowStatistics } from '@changeover/rollout'
import { createShadow, type ShadowOptions } from '@changeover/shadow'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createShadowReads } from './shadow-reads.ts'
import { openTickets, type TicketFixture, ticketToItem } from './tickets.fixture.ts'

let tickets: TicketFixture
let own: Database & { close(): Promise<void> }
const list = 'select * from ticket order by id'

beforeAll(async () => {
  tickets = await openTickets()
  own = createPoolDatabase({ url: tickets.url, maxConnections: 4 })
  await runDdl(tickets.database, ledgerDdl)
})
afterAll(async () => {
  await own.close()
  await tickets.close()
})
beforeEach(async () => {
  await tickets.database.query('truncate ticket, item cascade; delete from changeover.shadow_read')
  await tickets.database.query(
    `insert into ticket (title, code) select 'Ticket ' || n, 'C' || n from generate_series(1, 200) n`,
  )
  await tickets.database.transaction((tx) =>
    tickets.sync.batch(tx, ticketToItem, 'forward', {}, { heldValues: 'overwrite' }),
  )
})

function reads(options: Partial<ShadowOptions> = {}, statementTimeoutMs = 5_000) {
  const record = recordShadowReads(tickets.database, 'tickets')
  const shadow = createShadow({
    sampleRate: 1,
    random: Math.random,
    deadlineMs: 10_000,
    maxConcurrent: 1_000,
    record,
    ...options,
  })
  return { shadow, ...createShadowReads({ database: own, shadow, statementTimeoutMs }) }
}

const found = async () => (await shadowStatistics(tickets.database, 'tickets'))[0]

/** Runs it while writers change rows on both sides, each time in one transaction. */
async function underLoad(work: () => Promise<void>): Promise<number> {
  let isDone = false
  let writes = 0
  const writer = async (number: number) => {
    while (!isDone) {
      await tickets.database.transaction(async (tx) => {
        const { rows } = await tx.query<{ id: string }>(
          `update ticket set title = 'W' || floor(random() * 1000) where id = (select id from ticket order by id offset ${number * 7} limit 1)
           returning id::text as id`,
        )
        await tickets.sync.keys(
          tx,
          ticketToItem,
          'forward',
          rows.map(({ id }) => [id]),
          { heldValues: 'overwrite' },
        )
      })
      writes += 1
    }
  }
  const writing = Promise.all([1, 2, 3].map(writer))
  await work()
  isDone = true
  await writing
  return writes
}

describe('FM-43 shadow reads', () => {
  test('see no difference between tables and views, nor of the tables with themselves, however many write', async () => {
    const { shadow, query } = reads({ noiseRate: 0.3 })
    const writes = await underLoad(async () => {
      for (let round = 0; round < 60; round++) {
        query('list', list)
        await shadow.settled()
      }
    })
    expect(writes).toBeGreaterThan(10)
    expect(await found()).toMatchObject({
      operation: 'list',
      mismatches: 0,
      noiseMismatches: 0,
      uncompared: 0,
    })
    const { reads: compared, noiseReads } = (await found()) ?? { reads: 0, noiseReads: 0 }
    expect(compared + noiseReads).toBe(60)
    expect(noiseReads).toBeGreaterThan(0)
  })

  test('would see some if each side were read in its own snapshot (mutation)', async () => {
    const { shadow } = reads()
    const side = async (schema: string) => {
      const { rows } = await own.query(`select id::text, title from ${schema}.ticket order by id`)
      return { ok: true as const, value: rows, durationMs: 0 }
    }
    await underLoad(async () => {
      for (let round = 0; round < 60 && shadow.counts().verdicts.different === 0; round++) {
        shadow.observe('list', async () => {
          const control = await side('public')
          // What a writer commits between two snapshots; the second look meets the next one.
          await own.query(`select pg_sleep(0.02)`)
          return { control, candidate: await side('changeover_legacy') }
        })
        await shadow.settled()
      }
    })
    expect(shadow.counts().verdicts.different).toBeGreaterThan(0)
  })

  test('measure a planted difference by its share, and name the column without its value', async () => {
    await tickets.database.query(
      `update item set title = 'secret' where data ->> 'code' = any (select 'C' || n from generate_series(1, 50) n)`,
    )
    const { shadow, query } = reads()
    const { rows } = await tickets.database.query<{ id: string }>('select id::text as id from ticket')
    for (const { id } of rows) query('by key', 'select * from ticket where id = $1::bigint', [id])
    await shadow.settled()
    expect(await found()).toMatchObject({ operation: 'by key', reads: 200, mismatches: 50 })
    const [example] = await shadowExamples(tickets.database, 'tickets')
    expect(example).toMatchObject({ verdict: 'different', differences: [{ path: '0.title' }] })
    expect(JSON.stringify(await shadowExamples(tickets.database, 'tickets'))).not.toContain('secret')
    expect(await shadowExamples(tickets.database, 'tickets')).toHaveLength(20)
  })

  test('tell of a view that fails or is slow, and end its statement on the server', async () => {
    const { shadow, query } = reads({}, 100)
    query('fails', `select 1 / (select count(*)::int from ticket where false)`)
    query('slow', 'select pg_sleep(30)')
    await shadow.settled()
    const statistics = await shadowStatistics(tickets.database, 'tickets')
    expect(statistics).toMatchObject([
      { operation: 'fails', reads: 0, uncompared: 1 },
      { operation: 'slow', reads: 0, uncompared: 1 },
    ])
    const { rows } = await tickets.database.query(
      `select 1 from pg_stat_activity where query like '%pg_sleep(30)%' and state = 'active' and pid <> pg_backend_pid()`,
    )
    expect(rows).toEqual([])
  })
})
