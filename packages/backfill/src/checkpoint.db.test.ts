import { copy, defineMapping, intoJson, mapValues, reference } from '@changeover/mapping'
import { createSync } from '@changeover/sync'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createBackfill } from './index.ts'
import { mutant } from './mutant.fixture.ts'
import { clean, type Home, openHome, oracle, seedTasks, taskToCard } from './task-to-card.fixture.ts'

let home: Home
beforeEach(async () => {
  home = await openHome()
  await seedTasks(home.database, 90)
})
afterEach(() => home.close())

const heldValues = 'overwrite'
const options = { heldValues, batchRows: 30 } as const

/** Does so many batches and stops. */
async function firstBatches(count: number): Promise<void> {
  const stopping = new AbortController()
  let batches = 0
  const onProgress = () => ++batches === count && stopping.abort()
  await home.backfill.run(taskToCard, { ...options, signal: stopping.signal, onProgress })
}

describe('FM-10 a checkpoint that was made with something else', () => {
  const { legacy, target, identity, links } = taskToCard
  const changed = defineMapping({
    name: 'Task',
    legacy,
    target,
    identity,
    links,
    rules: [
      copy('title', 'email'),
      mapValues('status', { open: 'ready', done: 'done' }),
      intoJson('data', 'domain'),
      reference('parent', 'self'),
    ],
  } as unknown as Parameters<typeof defineMapping>[0])
  const backfill = () =>
    createBackfill({ database: home.database, sync: createSync([changed]), migration: 'tasks' })
  const ready = () =>
    home.database
      .query<{ ready: number }>(`SELECT count(*) FILTER (WHERE status = 'ready')::int AS ready FROM card`)
      .then(({ rows }) => rows[0]?.ready)

  test('another mapping: is refused, and a restart maps the first half again', async () => {
    await firstBatches(1)
    await expect(backfill().run(changed, options)).rejects.toMatchObject({
      code: 'BACKFILL.CHECKPOINT_STALE',
      values: { changed: 'mapping', was: taskToCard.hash, is: changed.hash },
      fix: expect.stringContaining('--restart') as string,
    })
    const report = await backfill().run(changed, { ...options, restart: true })
    expect(report).toMatchObject({ state: 'done', total: { rows: 90, inserted: 60, updated: 15 } })
    expect(await ready()).toBe(45)
  })

  test('another mapping leaves the first half as it was where the hash is not compared (mutation)', async () => {
    await firstBatches(1)
    await home.database.query(`UPDATE changeover.backfill SET mapping_hash = '${changed.hash}'`)
    await backfill().run(changed, options)
    expect(await ready()).toBeLessThan(45)
  })

  test('another version of the collation, or another type of the key: is refused', async () => {
    await firstBatches(1)
    await home.database.query(
      `UPDATE changeover.backfill SET key_definition = 'id bigint collate "de_DE" 2.31'`,
    )
    await expect(home.backfill.run(taskToCard, options)).rejects.toMatchObject({
      code: 'BACKFILL.CHECKPOINT_STALE',
      values: { changed: 'key', is: 'id bigint' },
    })
  })
})

describe('FM-14 two runs of one mapping', () => {
  test('do not work side by side: the second one is refused while the first is inside a batch', async () => {
    let second: Promise<unknown> | undefined
    const onStep = async (step: string) => {
      if (step !== 'written') return
      second ??= home.backfill.run(taskToCard, options)
      await second.catch(() => {})
    }
    await home.backfill.run(taskToCard, { ...options, onStep })
    await expect(second).rejects.toMatchObject({ code: 'BACKFILL.ALREADY_RUNNING', retriable: true })
    expect(await oracle(home.database)).toEqual(clean)
  })

  const runWhileAsleep = async (sleeper: Home['backfill']) => {
    let other: Promise<unknown> | undefined
    let steps = 0
    const sleep = async (step: string) => {
      if (step !== 'begin' || ++steps !== 2) return
      other = home.backfill.run(taskToCard, { ...options, batchRows: 10 })
      await other
    }
    const woken = sleeper.run(taskToCard, { ...options, onStep: sleep })
    return woken.then(
      (report) => report,
      (failure: unknown) => failure,
    )
  }

  test('a run that slept while another took over can no longer move the cursor or count', async () => {
    expect(await runWhileAsleep(home.backfill)).toMatchObject({ code: 'BACKFILL.TAKEN_OVER' })
    expect(await home.backfill.state(taskToCard)).toMatchObject({
      state: 'done',
      rowsDone: 90,
      inserted: 90,
      batches: 7,
      cursor: ['270'],
      failure: null,
    })
    expect(await oracle(home.database)).toEqual(clean)
  })

  test('counts twice and moves the cursor back where the token is not compared (mutation)', async () => {
    const unfenced = mutant(home.database, (text) =>
      text.replace(
        'token = $3::bigint AND cursor IS NOT DISTINCT FROM $4::text[]',
        '($3::bigint IS NOT NULL OR $4::text[] IS NULL)',
      ),
    )
    expect(await runWhileAsleep(home.backfillOn(unfenced))).toMatchObject({ state: 'done' })
    expect((await home.backfill.state(taskToCard))?.rowsDone).toBe(150)
  })
})

describe('FM-56 tables that change while the work is under way', () => {
  const changedMeanwhile = async (ddl: string) => {
    let batches = 0
    const onStep = async (step: string) => {
      if (step === 'committed' && ++batches === 1) await home.database.query(ddl)
    }
    return home.backfill.run(taskToCard, { ...options, onStep })
  }

  test.each([
    ['ALTER TABLE task ADD due date', 'task.due (date) is unknown to the mapping'],
    ['ALTER TABLE task RENAME email TO mail', 'task.email is gone'],
    [
      'ALTER TABLE task ALTER email TYPE varchar(200)',
      'task.email is varchar(200), where the mapping says text',
    ],
    [
      'ALTER TABLE task ALTER email TYPE jsonb USING NULL',
      'task.email is jsonb, where the mapping says text',
    ],
    ['ALTER TABLE task DROP COLUMN domain', 'task.domain is gone'],
    [
      'ALTER TABLE card ADD kind text NOT NULL DEFAULT 1; ALTER TABLE card ALTER kind DROP DEFAULT',
      'card.kind (text) is unknown',
    ],
    ['DROP TABLE card_tag', 'speaks of the table card_tag, which is not there'],
  ])('%s: the next batch stops with the change by name', async (ddl, change) => {
    await expect(changedMeanwhile(ddl)).rejects.toMatchObject({
      code: 'BACKFILL.SCHEMA_CHANGED',
      message: expect.stringContaining(change) as string,
    })
    expect(await home.backfill.state(taskToCard)).toMatchObject({ state: 'failed', rowsDone: 30 })
    await expect(home.backfill.run(taskToCard, options)).rejects.toMatchObject({
      code: 'BACKFILL.SCHEMA_CHANGED',
    })
  })

  test('a change that is taken back lets the next run continue', async () => {
    await expect(changedMeanwhile('ALTER TABLE task ADD due date')).rejects.toMatchObject({
      code: 'BACKFILL.SCHEMA_CHANGED',
    })
    await home.database.query('ALTER TABLE task DROP due')
    expect(await home.backfill.run(taskToCard, options)).toMatchObject({ state: 'done', total: { rows: 90 } })
    expect(await oracle(home.database)).toEqual(clean)
  })

  test('a change that cannot matter is taken as it comes', async () => {
    expect(
      await changedMeanwhile('ALTER TABLE card ADD note text; CREATE INDEX ON task (email)'),
    ).toMatchObject({
      state: 'done',
      run: { rows: 90 },
    })
  })

  test('a new column goes unnoticed where the fingerprint is not compared (mutation)', async () => {
    let batches = 0
    const onStep = async (step: string) => {
      if (step === 'committed' && ++batches === 1) await home.database.query('ALTER TABLE task ADD due date')
    }
    const blind = mutant(home.database, (text) =>
      text.replace('NOT a.attisdropped', `NOT a.attisdropped AND a.attname <> 'due'`),
    )
    expect(await home.backfillOn(blind).run(taskToCard, { ...options, onStep })).toMatchObject({
      state: 'done',
    })
  })

  test('a column that was unknown from the start stops nothing', async () => {
    await home.database.query('ALTER TABLE task ADD span interval')
    expect(await home.backfill.run(taskToCard, options)).toMatchObject({ state: 'done' })
  })
})
