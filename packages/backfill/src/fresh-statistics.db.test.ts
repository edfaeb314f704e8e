import { afterEach, beforeEach, expect, test } from 'vitest'
import { refreshStatistics } from './fresh-statistics.ts'
import { type Home, openHome, seedTasks, taskToCard } from './task-to-card.fixture.ts'

let home: Home
beforeEach(async () => {
  home = await openHome()
  await seedTasks(home.database, 1_200)
})
afterEach(() => home.close())

const estimated = async () => {
  const { rows } = await home.database.query<{ rows: number }>(
    `SELECT reltuples::int AS rows FROM pg_class WHERE oid = 'card'::regclass`,
  )
  return rows[0]?.rows
}

test('a run begins with a small batch and has the planner learn of the target on the way', async () => {
  const seen: (number | undefined)[] = []
  const onStep = async (step: string) => {
    if (step === 'begin') seen.push(await estimated())
  }
  const { run } = await home.backfill.run(taskToCard, { heldValues: 'overwrite', onStep })
  expect(run).toMatchObject({ rows: 1_200, batches: 2 })
  expect([...seen, await estimated()]).toEqual([-1, 500, 1_200])
})

test('a table that somebody else holds is left out, and nobody waits for it', async () => {
  await home.database.transaction(async (tx) => {
    await tx.query('LOCK TABLE card IN SHARE UPDATE EXCLUSIVE MODE')
    await refreshStatistics(home.database, taskToCard)
  })
  expect(await estimated()).toBe(-1)
})
