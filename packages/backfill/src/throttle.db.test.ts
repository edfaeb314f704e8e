import { createPoolDatabase, type Database } from '@changeover/database'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readSignals } from './signals.ts'
import { clean, type Home, openHome, oracle, seedTasks } from './task-to-card.fixture.ts'
import { taskToCard } from './task-to-card.fixture.ts'
import type { Throttle } from './throttle.ts'

let home: Home

beforeEach(async () => {
  home = await openHome()
})
afterEach(() => home.close())

const look = (database: Database) => database.transaction((tx) => readSignals(tx))

test('beside others at work a run rests between batches, writes the reason down, and comes to its end', async () => {
  await seedTasks(home.database, 100)
  const neighbours = await atWork(2)
  const seen: (Throttle | null | undefined)[] = []
  const run = (speed: 'yielding' | 'full') =>
    home.backfill.run(taskToCard, {
      heldValues: 'overwrite',
      batchRows: 20,
      speed,
      restart: true,
      async onStep(step) {
        if (step === 'committed') seen.push((await home.backfill.state(taskToCard))?.throttle)
      },
    })
  const report = await run('yielding')
  expect(report).toMatchObject({ state: 'done', run: { rows: 100 } })
  expect(seen.at(-1)).toMatchObject({ reason: 'others-at-work', because: expect.stringMatching(/^\d\.\d /) })
  expect(seen.at(-1)?.sharePercent).toBeLessThan(50)
  expect((await home.backfill.state(taskToCard))?.throttle).toBeNull()
  seen.length = 0
  await run('full')
  expect(new Set(seen)).toEqual(new Set([null]))
  await neighbours.end()
  expect(await oracle(home.database)).toEqual(clean)
})

test('who waits for a row of the batch is seen before the batch lets go of it', async () => {
  await seedTasks(home.database, 10)
  const writer = alone()
  const { rows } = await writer.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  const signals = await home.database.transaction(async (tx) => {
    await tx.query('SELECT FROM task FOR NO KEY UPDATE')
    const writing = writer.query(`UPDATE task SET title = 'mine' WHERE id = 3`)
    while (!(await isWaiting(rows[0]?.pid))) await new Promise(setImmediate)
    return { seen: await readSignals(tx), writing }
  })
  await signals.writing
  await writer.close()
  expect(signals.seen).toMatchObject({ waitingForUs: 1 })
})

test('FM-54 a role that may not see others knows that it does not, and one that may not ask goes on without', async () => {
  const name = `blind_${process.pid}`
  const neighbours = await atWork(1)
  await home.database.query(`CREATE ROLE ${name} LOGIN PASSWORD 'blind'`)
  const url = Object.assign(new URL(home.url), { username: name, password: 'blind' }).href
  const blind = createPoolDatabase({ url })
  try {
    expect((await look(blind))?.hiddenBackends).toBeGreaterThanOrEqual(1)
    await home.database.query('REVOKE SELECT ON pg_stat_activity FROM PUBLIC')
    const went = await blind.transaction(async (tx) => [
      await readSignals(tx),
      (await tx.query('SELECT 1')).rowCount,
    ])
    expect(went).toEqual([undefined, 1])
  } finally {
    await blind.close()
    await home.database.query(`GRANT SELECT ON pg_stat_activity TO PUBLIC; DROP ROLE ${name}`)
    await neighbours.end()
  }
})

/** A connection of its own. */
const alone = () => createPoolDatabase({ url: home.url, maxConnections: 1 })

/** So many connections that compute until told to end. */
async function atWork(count: number) {
  const clients = Array.from({ length: count }, alone)
  const pids = await Promise.all(
    clients.map(async (client) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      return rows[0]?.pid
    }),
  )
  const working = clients.map((client) =>
    client.query('DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$').catch(() => {}),
  )
  return {
    async end() {
      await home.database.query('SELECT pg_cancel_backend(pid) FROM unnest($1::int[]) AS pid', [pids])
      await Promise.all(working)
      await Promise.all(clients.map((client) => client.close()))
    },
  }
}

async function isWaiting(pid: number | undefined): Promise<boolean> {
  const { rowCount } = await home.database.query(
    `SELECT FROM pg_stat_activity WHERE pid = $1::int AND wait_event_type = 'Lock'`,
    [pid],
  )
  return rowCount === 1
}
