import { createPoolDatabase, type PoolDatabase, retrying } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { lockPhase } from '@changeover/rollout'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { changePhase, install } from './index.ts'
import { notes, notesSchema } from './soak/notes.fixture.ts'

let home: Awaited<ReturnType<typeof createTestDatabase>>
let database: PoolDatabase

beforeEach(async () => {
  home = await createTestDatabase()
  database = createPoolDatabase({ url: home.url, maxConnections: 12 })
  await database.query(`${notesSchema}; DELETE FROM note`)
  const firstPhase = { phase: 'target-leads', by: 'test', reason: 'the switch' } as const
  await install(database, notes, { firstPhase })
})
afterEach(async () => {
  await database.close()
  await home.drop()
})

const writers = 8
const rowsAtOnce = 20

/** What was acknowledged: each title once, with the rank that the last acknowledged write gave it. */
interface Traffic {
  readonly acknowledged: Map<string, number>
  readonly failures: unknown[]
}

/** Rows in one statement, as the phase of that moment says: natively, or in legacy. */
async function write(traffic: Traffic, name: string, rank: number): Promise<void> {
  try {
    await retrying(
      database,
      async (tx) => {
        const { phase } = await lockPhase(tx, notes.name)
        const rows = `FROM generate_series(1, ${rowsAtOnce}) AS n`
        await tx.query(
          phase.authority === 'legacy'
            ? `INSERT INTO note (title, rank) SELECT '${name}/' || n, ${rank} ${rows}`
            : `INSERT INTO page (title, data) SELECT '${name}/' || n, '{"rank": ${rank}}' ${rows}`,
        )
      },
      { attempts: 60, baseDelayMs: 2 },
    )
    for (let n = 1; n <= rowsAtOnce; n += 1) traffic.acknowledged.set(`${name}/${n}`, rank)
  } catch (error) {
    traffic.failures.push(error)
  }
}

/** Writes that many rows, and rolls back once half of them are acknowledged. Units: milliseconds of the rollback. */
async function rollBackUnder(rows: number): Promise<Traffic & { readonly rollbackMs: number }> {
  const traffic: Traffic = { acknowledged: new Map(), failures: [] }
  const half = Promise.withResolvers<void>()
  const work = async (writer: number) => {
    for (let turn = 0; traffic.failures.length === 0; turn += 1) {
      if (traffic.acknowledged.size >= rows / 2) half.resolve()
      if (traffic.acknowledged.size >= rows) return
      await write(traffic, `${writer}/${turn}`, (turn % 90) + 1)
    }
    half.resolve()
  }
  const working = Promise.all(Array.from({ length: writers }, (_writer, index) => work(index)))
  await half.promise
  const begun = performance.now()
  await changePhase(
    database,
    notes,
    { to: 'legacy-leads', by: 'test', reason: 'emergency', emergency: true },
    { lockTimeoutMs: 3_000 },
  )
  const rollbackMs = performance.now() - begun
  await working
  return { ...traffic, rollbackMs }
}

/** Acknowledged rows that legacy does not have as they were written, and rows that nobody wrote. */
async function wrongInLegacy({ acknowledged }: Traffic): Promise<number> {
  const { rows } = await database.query<{ title: string; rank: number }>('SELECT title, rank FROM note')
  const found = new Map(rows.map(({ title, rank }) => [title, rank]))
  const titles = new Set([...acknowledged.keys(), ...found.keys()])
  return [...titles].filter((title) => acknowledged.get(title) !== found.get(title)).length
}

test('FM-63 of ten thousand rows written under load, with an emergency rollback in the middle, legacy has every one', {
  timeout: 120_000,
}, async () => {
  const traffic = await rollBackUnder(10_000)
  expect(traffic.failures).toEqual([])
  expect(traffic.acknowledged.size).toBeGreaterThanOrEqual(10_000)
  expect(await wrongInLegacy(traffic)).toBe(0)
  expect(traffic.rollbackMs).toBeLessThan(5_000)
})

test('FM-63 without the way back from the first moment, legacy lacks what was written before the rollback (mutation)', async () => {
  await database.query(
    'ALTER TABLE page DISABLE TRIGGER changeover_notes_insert, DISABLE TRIGGER changeover_notes_update',
  )
  const traffic = await rollBackUnder(1_000)
  expect(traffic.failures).toEqual([])
  expect(await wrongInLegacy(traffic)).toBeGreaterThan(100)
})
