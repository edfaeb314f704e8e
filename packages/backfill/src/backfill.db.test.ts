import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clean, type Home, openHome, oracle, seedTasks, taskToCard } from './task-to-card.fixture.ts'

let home: Home
beforeEach(async () => {
  home = await openHome()
})
afterEach(() => home.close())

const heldValues = 'overwrite'

describe('a run', () => {
  test('brings every row over: values, JSON, references to rows of later batches, link rows', async () => {
    await seedTasks(home.database, 250)
    const report = await home.backfill.run(taskToCard, { heldValues, batchRows: 40 })
    expect(report).toMatchObject({ state: 'done', dryRun: false, quarantined: 0, upTo: ['750'] })
    expect(report.run).toMatchObject({ rows: 250, inserted: 250, linked: 83, batches: 7 })
    expect(await oracle(home.database)).toEqual(clean)
  })

  test('that comes second writes nothing', async () => {
    await seedTasks(home.database, 100)
    await home.backfill.run(taskToCard, { heldValues })
    const { run } = await home.backfill.run(taskToCard, { heldValues, restart: true })
    expect(run).toEqual({ rows: 100, inserted: 0, updated: 0, linked: 0, unlinked: 0, batches: 1 })
  })

  test('of an empty table is done at once, and continues when rows have come', async () => {
    expect(await home.backfill.run(taskToCard, { heldValues })).toMatchObject({ state: 'done', upTo: null })
    await seedTasks(home.database, 10)
    expect((await home.backfill.run(taskToCard, { heldValues })).run.inserted).toBe(10)
    await home.database.query(`INSERT INTO task (id, title, status) VALUES (99, 'later', 'open')`)
    const report = await home.backfill.run(taskToCard, { heldValues })
    expect(report.run).toMatchObject({ rows: 1, inserted: 1 })
    expect(report.total).toMatchObject({ rows: 11, inserted: 11 })
    expect(await oracle(home.database)).toEqual(clean)
  })

  test('stops at the next batch when told to, and the next one continues', async () => {
    await seedTasks(home.database, 100)
    const stopping = new AbortController()
    const onProgress = () => stopping.abort()
    const first = await home.backfill.run(taskToCard, {
      heldValues,
      batchRows: 30,
      signal: stopping.signal,
      onProgress,
    })
    expect(first).toMatchObject({ state: 'stopped', run: { rows: 30, batches: 1 } })
    expect(await home.backfill.state(taskToCard)).toMatchObject({
      state: 'stopped',
      rowsDone: 30,
      rowsRemaining: 70,
    })
    const second = await home.backfill.run(taskToCard, { heldValues, batchRows: 30 })
    expect(second).toMatchObject({
      state: 'done',
      run: { rows: 70 },
      total: { rows: 100, inserted: 100, batches: 4 },
    })
    expect(await home.backfill.state(taskToCard)).toMatchObject({
      state: 'done',
      rowsDone: 100,
      rowsRemaining: 0,
      inserted: 100,
      quarantined: 0,
      failure: null,
    })
    expect(await oracle(home.database)).toEqual(clean)
  })

  test('goes at the pace that is asked for before each batch', async () => {
    await seedTasks(home.database, 100)
    const sizes: number[] = []
    const report = await home.backfill.run(taskToCard, {
      heldValues,
      batchRows: 10,
      pace: () => (sizes.length === 0 ? {} : { batchRows: 45, pauseMs: 1 }),
      onProgress: ({ rowsDone }) => sizes.push(rowsDone),
    })
    expect(sizes).toEqual([10, 55, 100])
    expect(report.state).toBe('done')
  })

  test('that rests for long goes on as soon as its pace says so', async () => {
    await seedTasks(home.database, 100)
    let pauseMs = 3_600_000
    const pace = () => ({ pauseMs })
    const onProgress = () => setImmediate(() => (pauseMs = 0))
    const report = await home.backfill.run(taskToCard, { heldValues, batchRows: 50, pace, onProgress })
    expect(report.state).toBe('done')
  })

  test('that rests between two batches stops at once when told to', async () => {
    await seedTasks(home.database, 100)
    const stopping = new AbortController()
    const report = await home.backfill.run(taskToCard, {
      heldValues,
      batchRows: 10,
      pauseMs: 3_600_000,
      signal: stopping.signal,
      onProgress: () => setImmediate(() => stopping.abort()),
    })
    expect(report).toMatchObject({ state: 'stopped', run: { rows: 10 } })
  })

  test('says what is wrong with an option', async () => {
    await expect(home.backfill.run(taskToCard, { heldValues, batchRows: 0 })).rejects.toMatchObject({
      code: 'BACKFILL.OPTION_INVALID',
    })
    await expect(
      home.backfill.run(taskToCard, { heldValues, maxQuarantinedPercent: 101 }),
    ).rejects.toMatchObject({
      code: 'BACKFILL.OPTION_INVALID',
    })
  })

  test('without its tables says how to make them', async () => {
    await home.database.query('DROP SCHEMA changeover CASCADE')
    await expect(home.backfill.run(taskToCard, { heldValues })).rejects.toMatchObject({
      code: 'BACKFILL.NOT_INSTALLED',
      fix: 'Create it with: changeover install',
    })
  })
})

describe('a dry run', () => {
  test('says what would be written and refused, and leaves nothing behind', async () => {
    await seedTasks(home.database, 120)
    await home.database.query(`UPDATE task SET status = 'strange' WHERE id = 60`)
    await home.database.query(`CREATE UNIQUE INDEX ON card (lower(email))`)
    await home.database.query(`UPDATE task SET email = 'P1@example.org' WHERE id = 6`)
    const report = await home.backfill.run(taskToCard, { heldValues, batchRows: 50, dryRun: true })
    expect(report).toMatchObject({
      state: 'done',
      dryRun: true,
      quarantined: 2,
      run: { rows: 120, inserted: 118 },
    })
    expect(report.refused.map(({ key, code }) => [key, code])).toEqual([
      [['6'], 'DATABASE.CONSTRAINT_VIOLATED'],
      [['60'], 'BACKFILL.ROW_REFUSED'],
    ])
    const { rows } = await home.database.query(
      `SELECT (SELECT count(*)::int FROM card) AS cards, (SELECT count(*)::int FROM changeover.backfill) AS ledger,
        (SELECT count(*)::int FROM changeover.quarantine) AS quarantine`,
    )
    expect(rows).toEqual([{ cards: 0, ledger: 0, quarantine: 0 }])
  })
})
