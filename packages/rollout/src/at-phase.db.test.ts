import { afterAll, beforeAll, expect, test } from 'vitest'
import { atPhase } from './at-phase.ts'
import { type Home, openHome } from './rollout.fixture.ts'
import { readPhase, type StoredPhase } from './stored-phase.ts'

let home: Home

beforeAll(async () => {
  home = await openHome()
  await home.database.query('CREATE TABLE written (migration text)')
})
afterAll(() => home.close())

async function stored(migration: string): Promise<StoredPhase> {
  const phase = await readPhase(home.database, migration)
  if (phase === undefined) throw new Error(`no phase of ${migration}`)
  return phase
}

const flipAlone = (migration: string) =>
  home.database.query(
    `UPDATE changeover.phase SET epoch = epoch + 1, phase = 'legacy-leads' WHERE migration = $1`,
    [migration],
  )

const write = (database: Pick<Home['database'], 'transaction'>, migration: string) =>
  database.transaction((tx) => tx.query('INSERT INTO written VALUES ($1)', [migration]))

const written = async (migration: string) =>
  (await home.database.query('SELECT FROM written WHERE migration = $1', [migration])).rowCount

test('work begun in a phase writes while the phase lasts, and nothing once it has changed', async () => {
  await home.store('lasting')
  const database = atPhase(home.database, await stored('lasting'))
  await write(database, 'lasting')
  await flipAlone('lasting')
  await expect(write(database, 'lasting')).rejects.toMatchObject({ code: 'ROLLOUT.PHASE_CHANGED' })
  expect(await written('lasting')).toBe(1)
})

test('mutation: without it the work goes on in the old direction', async () => {
  await home.store('unguarded')
  await write(home.database, 'unguarded')
  await flipAlone('unguarded')
  await write(home.database, 'unguarded')
  expect(await written('unguarded')).toBe(2)
})
