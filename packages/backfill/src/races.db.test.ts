import type { Database, Transaction } from '@changeover/database'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createBackfill } from './index.ts'
import { blocked } from './blocked.fixture.ts'
import { withoutLocks } from './mutant.fixture.ts'
import { clean, type Home, openHome, oracle, seedTasks, taskToCard } from './task-to-card.fixture.ts'

let home: Home
beforeEach(async () => {
  home = await openHome()
  await seedTasks(home.database, 50)
})
afterEach(() => home.close())

const heldValues = 'overwrite'
const titleOf = (id: string) =>
  home.database
    .query<{ title: string }>(`SELECT title FROM card WHERE data ->> 'legacy_id' = $1`, [id])
    .then(({ rows }) => rows.map(({ title }) => title))

/** What an application does: a change and the sync of its row, in one transaction that `pause` keeps open. */
async function write(change: string, pause: () => Promise<unknown> = async () => {}): Promise<void> {
  await home.database.transaction(async (tx: Transaction) => {
    await tx.query(change)
    await home.sync.keys(tx, taskToCard, 'forward', [['6']], { heldValues })
    await pause()
  })
}

/** The application has made its change and not yet committed when a backfill comes to the row; it commits as soon as that waits, or is through. */
async function backfillDuring(change: string, on: (database: Database) => Database): Promise<void> {
  const changed = Promise.withResolvers<void>()
  const through = Promise.withResolvers<void>()
  const app = write(change, () => {
    changed.resolve()
    return Promise.race([blocked(home.database), through.promise])
  })
  await changed.promise
  const run = home.backfillOn(on(home.database)).run(taskToCard, { heldValues, restart: true })
  await Promise.all([app, run.finally(through.resolve)])
}

const asItIs = (database: Database) => database
const update = `UPDATE task SET title = 'second' WHERE id = 6`
const remove = 'DELETE FROM task WHERE id = 6'
const removeAndInsert = `${remove}; INSERT INTO task (id, title, status) VALUES (6, 'reborn', 'open')`
const freeRow6 = 'UPDATE task SET parent = NULL WHERE id = 6 OR parent = 6'

describe('FM-01 an update that commits during a batch', () => {
  const someOldTwin = async () => {
    await home.backfill.run(taskToCard, { heldValues })
    await home.database.query(`UPDATE task SET title = 'first' WHERE id = 6`)
  }

  test('is what the target says afterwards: the batch waits for it', async () => {
    await someOldTwin()
    await backfillDuring(update, asItIs)
    expect(await titleOf('6')).toEqual(['second'])
    expect(await oracle(home.database)).toEqual(clean)
  })

  test('waits for the batch that came first, and does not fail', async () => {
    let app: Promise<void> | undefined
    const onStep = async (step: string) => {
      if (step !== 'written') return
      app = write(update)
      await blocked(home.database)
    }
    await home.backfill.run(taskToCard, { heldValues, onStep })
    await app
    expect(await titleOf('6')).toEqual(['second'])
    expect(await oracle(home.database)).toEqual(clean)
  })

  test('is lost where the batch does not lock (mutation)', async () => {
    await someOldTwin()
    await backfillDuring(update, withoutLocks)
    expect(await titleOf('6')).toEqual(['first'])
    expect(await oracle(home.database)).toMatchObject({ mismatched: 1 })
  })
})

describe('FM-02 a delete that commits during a batch', () => {
  beforeEach(() => home.database.query(freeRow6))

  test('is not undone by it', async () => {
    await backfillDuring(remove, asItIs)
    expect(await titleOf('6')).toEqual([])
    expect(await oracle(home.database)).toEqual(clean)
  })

  test('and is followed by an insert of the same key leaves the second content', async () => {
    await backfillDuring(removeAndInsert, asItIs)
    expect(await titleOf('6')).toEqual(['reborn'])
    expect(await oracle(home.database)).toEqual(clean)
  })

  test('leaves an orphan where the batch does not lock (mutation)', async () => {
    await backfillDuring(remove, withoutLocks)
    expect(await oracle(home.database)).toMatchObject({ orphaned: 1 })
  })
})

describe('FM-07 writers that work on a row while the backfill comes to it', () => {
  test('leave exactly one twin for it', async () => {
    const writers = Array.from({ length: 8 }, async (_each, writer) => {
      for (let turn = 0; turn < 5; turn++)
        await write(`UPDATE task SET title = 'by ${writer}, ${turn}' WHERE id = 6`)
    })
    const runs = [1, 2, 3].map((_each) => home.backfillOn(home.database))
    for (const backfill of runs) await backfill.run(taskToCard, { heldValues, batchRows: 5, restart: true })
    await Promise.all(writers)
    expect(await titleOf('6')).toHaveLength(1)
    expect(await oracle(home.database)).toEqual(clean)
  })

  const dropIdentityIndex = () => home.database.query('DROP INDEX changeover_card_task')

  test('leave one even without the unique index of the identity, since the batch waits', async () => {
    await dropIdentityIndex()
    await backfillDuring(update, asItIs)
    expect(await oracle(home.database)).toEqual(clean)
  })

  test('leave two where the batch does not lock and nothing is unique (mutation)', async () => {
    await dropIdentityIndex()
    await backfillDuring(update, withoutLocks)
    expect(await oracle(home.database)).toMatchObject({ duplicate: 1 })
  })
})

test('FM-13 a row that somebody holds for long makes the batch let go of its rows, begin again, and go on when it is free', async () => {
  const free = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  const holder = home.database.transaction(async (tx) => {
    await tx.query('SELECT 1 FROM task WHERE id = 60 FOR UPDATE')
    held.resolve()
    await free.promise
  })
  await held.promise
  let pauses = 0
  const sleep = async () => {
    // The rows before the held one are nobody's while the batch pauses.
    await home.database.query('SELECT 1 FROM task WHERE id = 3 FOR UPDATE NOWAIT')
    if (++pauses === 3) free.resolve()
    if (pauses >= 3) await holder
  }
  const { database, sync } = home
  const patient = createBackfill({ database, sync, migration: 'tasks', lockTimeoutMs: 20, retry: { sleep } })
  const { state, run } = await patient.run(taskToCard, { heldValues })
  expect([state, run.rows, pauses]).toEqual(['done', 50, 3])
  expect(await oracle(home.database)).toEqual(clean)
})

test('FM-13 a batch that waits without a limit keeps its rows from everybody meanwhile (mutation)', async () => {
  const { database, sync } = home
  const patient = createBackfill({ database, sync, migration: 'tasks', lockTimeoutMs: 0 })
  const run = await database.transaction(async (tx) => {
    await tx.query('SELECT 1 FROM task WHERE id = 60 FOR UPDATE')
    const begun = patient.run(taskToCard, { heldValues })
    await blocked(database)
    await expect(database.query('SELECT 1 FROM task WHERE id = 3 FOR UPDATE NOWAIT')).rejects.toMatchObject({
      code: 'DATABASE.LOCK_TIMEOUT',
    })
    return { begun }
  })
  expect((await run.begun).state).toBe('done')
})
