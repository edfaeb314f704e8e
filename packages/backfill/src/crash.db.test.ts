import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { clean, type Home, openHome, oracle, seedTasks, taskToCard } from './task-to-card.fixture.ts'

let home: Home
beforeEach(async () => {
  home = await openHome()
  await seedTasks(home.database, 90)
})
afterEach(() => home.close())

const options = { heldValues: 'overwrite', batchRows: 20 } as const
const program = fileURLToPath(new URL('./killed-run.fixture.ts', import.meta.url))

/** Runs the program until it has killed itself and the server has noticed. */
async function killAt(step: string, variant = ''): Promise<void> {
  const node = ['--conditions=source', '--no-warnings', program, home.url, step, '1', variant]
  const signal = await new Promise((resolve) => {
    execFile(process.execPath, node, (error) => resolve(error?.signal ?? error))
  })
  expect(signal).toBe('SIGKILL')
  for (let isThere = true; isThere; ) {
    const { rows } = await home.database.query(
      `SELECT 1 FROM pg_stat_activity WHERE application_name = 'killed'`,
    )
    isThere = rows.length > 0
  }
}

/** What an uninterrupted run of the same batches leaves in the ledger. */
const whole = { state: 'done', rowsDone: 90, inserted: 90, updated: 0, linked: 30, unlinked: 0, batches: 5 }

describe('FM-09 a process that is killed', () => {
  test.each([
    ['begin', 20],
    ['fenced', 20],
    ['locked', 20],
    ['written', 20],
    ['recorded', 20],
    ['committed', 40],
    ['reported', 40],
  ])(
    'at the step %s of its second batch leaves %d rows done, and the next run does the rest',
    async (step, rowsDone) => {
      await killAt(step)
      expect(await home.backfill.state(taskToCard)).toMatchObject({
        state: 'running',
        rowsDone,
        inserted: rowsDone,
      })
      const { run } = await home.backfill.run(taskToCard, options)
      expect(run.rows).toBe(90 - rowsDone)
      expect(await home.backfill.state(taskToCard)).toMatchObject(whole)
      expect(await oracle(home.database)).toEqual(clean)
    },
  )

  test('loses a batch where the cursor moves in a transaction of its own (mutation)', async () => {
    await killAt('recorded', 'detached')
    await home.backfill.run(taskToCard, options)
    expect(await home.backfill.state(taskToCard)).toMatchObject({ state: 'done', rowsDone: 90 })
    expect(await oracle(home.database)).toMatchObject({ missing: 20 })
  })
})

test.each(['fenced', 'written', 'recorded'])(
  'FM-09 a connection that is cut at the step %s stops the run with nothing half-written',
  async (cutAt) => {
    let times = 0
    const onStep = async (step: string) => {
      if (step !== cutAt || ++times !== 2) return
      await home.database.query(
        `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
         WHERE datname = current_database() AND state = 'idle in transaction'`,
      )
    }
    await expect(home.backfill.run(taskToCard, { ...options, onStep })).rejects.toMatchObject({
      code: expect.stringMatching(/^DATABASE\.(CONNECTION_LOST|COMMIT_UNKNOWN)$/) as string,
    })
    expect(await home.backfill.state(taskToCard)).toMatchObject({ state: 'failed', rowsDone: 20 })
    await home.backfill.run(taskToCard, options)
    expect(await home.backfill.state(taskToCard)).toMatchObject(whole)
    expect(await oracle(home.database)).toEqual(clean)
  },
)
