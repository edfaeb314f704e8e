import { type Database, runDdl } from '@changeover/database'
import { ledgerDdl, type PhaseName, phaseLockSql } from '@changeover/rollout'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installProxies } from './install.ts'
import { toProxyFailure } from './to-proxy-failure.ts'
import { openTickets, ticketToItem, type TicketFixture } from './tickets.fixture.ts'

let tickets: TicketFixture
let database: Database
const migration = 'tickets'
const view = 'changeover_legacy.ticket'

beforeAll(async () => {
  tickets = await openTickets()
  database = tickets.database
  await runDdl(database, ledgerDdl)
  await installProxies(database, { mappings: [ticketToItem], migration })
})
afterAll(() => tickets.close())

async function enter(phase: PhaseName): Promise<void> {
  await database.query(
    `INSERT INTO changeover.phase (migration, phase, epoch, version, by, reason) VALUES ($1, $2, 1, 1, 'test', 'test')
      ON CONFLICT (migration) DO UPDATE SET phase = excluded.phase, epoch = phase.epoch + 1, version = phase.version + 1`,
    [migration, phase],
  )
}

describe('a proxy', () => {
  test.each(['legacy-only', 'legacy-leads'] as const)(
    'takes no writes in the phase %s, not even of no row',
    async (phase) => {
      await enter(phase)
      for (const write of [
        `INSERT INTO ${view} (title) VALUES ('x')`,
        `UPDATE ${view} SET title = 'y'`,
        `DELETE FROM ${view} WHERE FALSE`,
        `DELETE FROM changeover_legacy.ticket_watcher`,
      ])
        expect(await tickets.refusal(write)).toMatchObject({
          code: 'UC202',
          message: expect.stringContaining(`leads (phase ${phase}): its proxy takes no writes`),
        })
      const failure = await database.query(`DELETE FROM ${view}`).catch(toProxyFailure)
      expect(failure).toMatchObject({ code: 'PROXIES.LEGACY_LEADS', values: { table: 'ticket', phase } })
      expect((await database.query(`SELECT * FROM ${view}`)).rowCount).toBe(0)
    },
  )

  test.each(['target-leads', 'target-only'] as const)('takes writes in the phase %s', async (phase) => {
    await enter(phase)
    expect((await database.query(`INSERT INTO ${view} (title) VALUES ('x')`)).rowCount).toBe(1)
  })

  test('waits for a flip and then obeys it', async () => {
    await enter('target-leads')
    let write: Promise<{ readonly code?: string }> | undefined
    await database.transaction(async (tx) => {
      await tx.query(`SELECT ${phaseLockSql(migration, 'exclusive')}`)
      write = tickets.refusal(`INSERT INTO ${view} (title) VALUES ('too late')`)
      await tx.query(`UPDATE changeover.phase SET phase = 'legacy-leads' WHERE migration = $1`, [migration])
    })
    expect(await write).toMatchObject({ code: 'UC202' })
    expect((await database.query(`SELECT * FROM ${view} WHERE title = 'too late'`)).rowCount).toBe(0)
  })

  test('would take them without the guard', async () => {
    await enter('legacy-leads')
    await installProxies(database, { mappings: [ticketToItem] })
    expect((await database.query(`INSERT INTO ${view} (title) VALUES ('lost')`)).rowCount).toBe(1)
  })
})
