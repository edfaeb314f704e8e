import { createPoolDatabase, type Isolation, type PoolDatabase, retrying } from '@changeover/database'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Fixture, openFixture, sync, ticketToItem } from './ticket-to-item.fixture.ts'

let open: Fixture
let crowd: PoolDatabase

beforeEach(async () => {
  open = await openFixture()
  crowd = createPoolDatabase({ url: open.url, maxConnections: 10 })
  await crowd.query(
    `INSERT INTO ticket (title, priority) SELECT 't' || n, 'low' FROM generate_series(1, 40) n`,
  )
})
afterEach(async () => {
  await crowd.close()
  await open.close()
})

/** A repeatable source of numbers: the same for the same seed. */
function numbers(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

const deadlocks = async () =>
  Number(
    await open.text(
      `SELECT (pg_stat_get_db_deadlocks(oid))::text FROM pg_database WHERE datname = current_database()`,
    ),
  )

async function writers(
  count: number,
  times: number,
  write: (below: (limit: number) => number) => Promise<unknown>,
) {
  const one = async (seed: number) => {
    const below = numbers(seed)
    for (let turn = 0; turn < times; turn++) await write(below)
  }
  await Promise.all(Array.from({ length: count }, (_writer, index) => one(index + 1)))
}

describe('FM-17 writers of the same rows', () => {
  test.each(['read committed', 'repeatable read', 'serializable'] satisfies Isolation[])(
    'leave both sides equal, in %s',
    async (isolation) => {
      await writers(4, 60, (below) =>
        retrying(
          crowd,
          (tx) =>
            tx.query(
              `UPDATE ticket SET title = 'w${below(1000)}', rank = ${below(9)} WHERE id = ${1 + below(5)}`,
            ),
          { isolation, attempts: 50, baseDelayMs: 1 },
        ),
      )
      expect(await open.apart()).toBeNull()
    },
  )

  test('leave a difference where the twin is computed before the row is locked (mutation)', async () => {
    await crowd.query('ALTER TABLE ticket DISABLE TRIGGER USER')
    const first = Promise.withResolvers<void>()
    const late = crowd.transaction(async (tx) => {
      const { rows } = await tx.query<{ title: string }>(
        `SELECT title || '!' AS title FROM ticket WHERE id = 1`,
      )
      await first.promise
      await tx.query('UPDATE item SET title = $1 WHERE data ->> $2 = $3', [rows[0]?.title, 'legacy_id', '1'])
      await tx.query('UPDATE ticket SET rank = 1 WHERE id = 1')
    })
    await crowd.query(
      `UPDATE ticket SET title = 'newer' WHERE id = 1; UPDATE item SET title = 'newer' WHERE data ->> 'legacy_id' = '1'`,
    )
    first.resolve()
    await late
    expect(await open.apart()).not.toBeNull()
  })
})

describe('FM-19 a backfill beside eight writers', () => {
  const backfill = async () => {
    for (let pass = 0; pass < 10; pass++)
      for (let after = 0; after < 40; after += 8)
        await crowd.transaction((tx) =>
          sync.batch(
            tx,
            ticketToItem,
            'forward',
            { after: [String(after)], limitRows: 8 },
            { heldValues: 'overwrite' },
          ),
        )
  }

  test('meets no deadlock', async () => {
    const write = (below: (limit: number) => number) => {
      const id = 1 + below(40)
      return crowd.query(
        [
          `UPDATE ticket SET title = 'w${below(99)}' WHERE id = ${id}`,
          `UPDATE ticket SET rank = ${below(9)} WHERE id = ${id}`,
        ][below(2)] ?? '',
      )
    }
    const before = await deadlocks()
    await Promise.all([backfill(), writers(8, 40, write)])
    await crowd.query('SELECT pg_stat_force_next_flush()')
    expect((await deadlocks()) - before).toBe(0)
    expect(await open.apart()).toBeNull()
  })

  test('does where a writer locks the replica first (mutation)', async () => {
    const waiting = Promise.withResolvers<void>()
    const inverted = crowd.transaction(async (tx) => {
      await tx.query(
        `SET LOCAL deadlock_timeout = '50ms'; SELECT 1 FROM item WHERE data ->> 'legacy_id' = '1' FOR UPDATE`,
      )
      waiting.resolve()
      await blocked(1)
      await tx.query('UPDATE ticket SET rank = 1 WHERE id = 1')
    })
    await waiting.promise
    const outcomes = await Promise.allSettled([
      inverted,
      crowd.query('UPDATE ticket SET rank = 2 WHERE id = 1'),
    ])
    expect(outcomes).toContainEqual(
      expect.objectContaining({ reason: expect.objectContaining({ code: 'DATABASE.DEADLOCK' }) }),
    )
  })
})

/** Waits until that many sessions of this database wait for a lock. */
async function blocked(sessions: number): Promise<void> {
  for (;;) {
    const { rows } = await open.database.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    if ((rows[0]?.waiting ?? 0) >= sessions) return
  }
}

describe('FM-18 a change on either side of a flip', () => {
  test('keeps what the other side has changed in another column', async () => {
    await crowd.query(`UPDATE ticket SET title = 'from legacy' WHERE id = 1`)
    await open.lead('target-leads')
    await crowd.query(`UPDATE item SET priority = 'critical' WHERE data ->> 'legacy_id' = '1'`)
    await open.lead('legacy-leads')
    await crowd.query(`UPDATE ticket SET rank = 5 WHERE id = 1`)
    expect(await open.text("SELECT concat_ws(' ', title, priority, rank) FROM ticket WHERE id = 1")).toBe(
      'from legacy critical 5',
    )
    expect(await open.apart()).toBeNull()
  })
})

test('FM-18 a twin that is written as a whole from an older reading takes the change back (mutation)', async () => {
  await crowd.query('ALTER TABLE ticket DISABLE TRIGGER USER')
  const { rows } = await crowd.query<{ priority: string }>('SELECT priority FROM ticket WHERE id = 1')
  const both = (set: string, twin = set) =>
    crowd.query(
      `UPDATE ticket SET ${set} WHERE id = 1; UPDATE item SET ${twin} WHERE data ->> 'legacy_id' = '1'`,
    )
  await both(`priority = 'critical'`)
  await both(`title = 'whole'`, `title = 'whole', priority = '${rows[0]?.priority}'`)
  expect(await open.apart()).toContain('critical')
})

describe('FM-27, FM-44 a flip in the middle of traffic', () => {
  test('loses no acknowledged write, and no statement acts on two phases', async () => {
    const flip = async () => {
      for (let turn = 0; turn < 30; turn++)
        await crowd.transaction(async (tx) => {
          await tx.query(`SELECT pg_advisory_xact_lock(1128811856, hashtext('tickets'))`)
          await tx.query(`UPDATE changeover.phase SET epoch = epoch + 1, target_has_led = TRUE,
            phase = CASE phase WHEN 'legacy-leads' THEN 'target-leads' ELSE 'legacy-leads' END`)
        })
    }
    // Each writer asks who leads in its own transaction, as an application does that is routed by the phase.
    const write = (below: (limit: number) => number) =>
      retrying(
        crowd,
        async (tx) => {
          const { rows } = await tx.query<{ phase: string }>(
            `SELECT phase FROM changeover.current_phase('tickets')`,
          )
          const id = 1 + below(40)
          const title = `w${below(1000)}`
          if (rows[0]?.phase === 'legacy-leads')
            await tx.query(`UPDATE ticket SET title = '${title}' WHERE id = ${id}`)
          else await tx.query(`UPDATE item SET title = '${title}' WHERE data ->> 'legacy_id' = '${id}'`)
        },
        { attempts: 50, baseDelayMs: 1 },
      )
    await Promise.all([flip(), writers(6, 60, write)])
    expect(await open.apart()).toBeNull()
  })

  test('waits for a writer of the old phase', async () => {
    const wrote = Promise.withResolvers<void>()
    const done = Promise.withResolvers<void>()
    const writer = crowd.transaction(async (tx) => {
      await tx.query(`UPDATE ticket SET title = 'before the flip' WHERE id = 1`)
      wrote.resolve()
      await done.promise
    })
    await wrote.promise
    const flip = crowd.query(
      `BEGIN; SELECT pg_advisory_xact_lock(1128811856, hashtext('tickets')); UPDATE changeover.phase SET phase = 'target-leads'; COMMIT`,
    )
    await blocked(1)
    done.resolve()
    await Promise.all([writer, flip])
    expect(await open.apart()).toBeNull()
  })
})
