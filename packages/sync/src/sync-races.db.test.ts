import { createPoolDatabase, type Database, type Isolation, type Transaction } from '@changeover/database'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openFixture, type SyncFixture, ticketToItem } from './ticket-to-item.fixture.ts'
import { errors } from './errors.ts'
import type { SyncResult } from './sync-result.ts'
import { rewriting } from './rewriting.fixture.ts'
import { turns } from './turns.fixture.ts'

let open: SyncFixture
let other: Database & { close(): Promise<void> }

beforeEach(async () => {
  open = await openFixture()
  other = createPoolDatabase({ url: open.url })
})
afterEach(async () => {
  await other.close()
  await open.close()
})

const sync = (tx: Transaction, id: string) =>
  open.sync.keys(tx, ticketToItem, 'forward', [[id]], { heldValues: 'keep' })
const lockOfAuthority = /FOR NO KEY UPDATE OF "l"/
const lockOfReplica = /FOR NO KEY UPDATE OF "t"/
const anyLock = /FOR NO KEY UPDATE OF "."/
const insertTicket = `INSERT INTO ticket VALUES (7, 'seven', 'low', 1, NULL)`

/** How many tickets have no item with their title, and the other way round. */
const apart = () =>
  open.text(`SELECT count(*)::text FROM ticket l FULL JOIN item t ON t.data ->> 'legacy_id' = l.id::text
    WHERE l.title IS DISTINCT FROM t.title`)

/** The app inserts ticket 7 again and syncs it while a repair, which saw no ticket 7, removes its item. */
async function reinsertDuringRepair(weaken: (tx: Transaction) => Transaction): Promise<void> {
  await open.database.query(insertTicket)
  await open.database.transaction((tx) => sync(tx, '7'))
  await open.database.query('DELETE FROM ticket')
  const { reached, reach } = turns<'inserted' | 'repaired'>()
  const app = open.database.transaction(async (tx) => {
    await tx.query(insertTicket)
    await sync(weaken(tx), '7')
    reach('inserted')
    await Promise.race([reached('repaired'), blocked(open.database, 1)])
  })
  const repair = reached('inserted').then(() =>
    other.transaction((tx) => sync(weaken(tx), '7')).then(() => reach('repaired')),
  )
  await Promise.all([app, repair])
}

/** Waits until that many sessions of this database wait for a lock. */
async function blocked(database: Database, sessions: number): Promise<void> {
  for (;;) {
    const { rows } = await database.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    if ((rows[0]?.waiting ?? 0) >= sessions) return
  }
}

describe('FM-02 a row that comes back while its twin is being removed', () => {
  test('keeps its twin', async () => {
    await reinsertDuringRepair((tx) => tx)
    expect(await apart()).toBe('0')
  })

  test('loses it where the replica is not locked (mutation)', async () => {
    await reinsertDuringRepair((tx) => rewriting(tx, lockOfReplica))
    expect(await apart()).toBe('1')
  })
})

describe('FM-02 a repair in an older snapshot', () => {
  /** The row comes back, finds its twin right and commits, after the repair has taken its snapshot. */
  async function repairIn(isolation: Isolation): Promise<SyncResult> {
    await open.database.query(insertTicket)
    await open.database.transaction((tx) => sync(tx, '7'))
    await open.database.query('DELETE FROM ticket')
    return other.transaction(
      async (tx) => {
        await tx.query('SELECT count(*) FROM ticket')
        await open.database.transaction(async (app) => {
          await app.query(insertTicket)
          await sync(app, '7')
        })
        return sync(tx, '7')
      },
      { isolation },
    )
  }

  test('is refused instead of taking the twin of a row that came back', async () => {
    await expect(repairIn('repeatable read')).rejects.toMatchObject({
      code: errors.SNAPSHOT_TOO_OLD.code,
      values: { mapping: 'Ticket', rows: 1 },
    })
    expect(await apart()).toBe('0')
  })

  test('sees the row where each statement has its own', async () => {
    expect(await repairIn('read committed')).toMatchObject({ deleted: 0 })
    expect(await apart()).toBe('0')
  })

  test('would take it where it says nothing of its isolation (mutation)', async () => {
    const silent = (tx: Transaction): Transaction => ({
      ...tx,
      inTransaction: true,
      query: (text, params) =>
        tx.query(text.replace(`pg_catalog.current_setting('transaction_isolation')`, `'unknown'`), params),
    })
    await open.database.query(insertTicket)
    await open.database.transaction((tx) => sync(tx, '7'))
    await open.database.query('DELETE FROM ticket')
    const work = async (tx: Transaction) => {
      await tx.query('SELECT count(*) FROM ticket')
      await open.database.transaction(async (app) => {
        await app.query(insertTicket)
        await sync(app, '7')
      })
      return sync(silent(tx), '7')
    }
    await other.transaction(work, { isolation: 'repeatable read' })
    expect(await apart()).toBe('1')
  })
})

describe('FM-01 an update that commits while a sync of the row is under way', () => {
  /** The app has updated the row and its twin, uncommitted, when the sync starts; legacy says `first`, the twin is older. */
  async function syncDuringUpdate(weaken: (tx: Transaction) => Transaction): Promise<void> {
    await open.database.query(insertTicket)
    await open.database.transaction((tx) => sync(tx, '7'))
    await open.database.query(`UPDATE ticket SET title = 'first'`)
    const { reached, reach } = turns<'updated' | 'synced'>()
    const app = open.database.transaction(async (tx) => {
      await tx.query(`UPDATE ticket SET title = 'second'`)
      await sync(tx, '7')
      reach('updated')
      await Promise.race([reached('synced'), blocked(open.database, 1)])
    })
    const batch = reached('updated').then(() =>
      other.transaction((tx) => sync(weaken(tx), '7')).then(() => reach('synced')),
    )
    await Promise.all([app, batch])
  }

  test('is not lost', async () => {
    await syncDuringUpdate((tx) => tx)
    expect(await apart()).toBe('0')
  })

  test('is lost where rows are not locked before they are read (mutation)', async () => {
    await syncDuringUpdate((tx) => rewriting(tx, anyLock))
    expect(await apart()).toBe('1')
  })
})

describe('FM-07 two syncs of a row that has no twin yet', () => {
  async function both(weaken: (tx: Transaction) => Transaction) {
    await open.database.query(insertTicket)
    const { reached, reach } = turns<'first' | 'second'>()
    const first = open.database.transaction(async (tx) => {
      await sync(weaken(tx), '7')
      reach('first')
      await Promise.race([reached('second'), blocked(open.database, 1)])
    })
    const second = reached('first').then(() =>
      other.transaction((tx) => sync(weaken(tx), '7')).finally(() => reach('second')),
    )
    return Promise.allSettled([first, second])
  }

  test('make one twin, and the later waits instead of failing', async () => {
    expect((await both((tx) => tx)).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
    expect(await open.text('SELECT count(*)::text FROM item')).toBe('1')
  })

  test('collide where the authority is not locked (mutation)', async () => {
    const [, second] = await both((tx) => rewriting(tx, lockOfAuthority))
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'DATABASE.CONSTRAINT_VIOLATED' } })
    expect(await open.text('SELECT count(*)::text FROM item')).toBe('1')
  })
})
