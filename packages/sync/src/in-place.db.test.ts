import { createTestDatabase, type TestDatabase } from '@changeover/embedded-postgres/testing'
import { type Database, fromPool } from '@changeover/database'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSync } from './index.ts'
import { leadInPlace, leadSchema } from './lead-in-place.fixture.ts'

let created: TestDatabase
let database: Database
const sync = createSync([leadInPlace])
const keep = { heldValues: 'keep' } as const

beforeEach(async () => {
  created = await createTestDatabase()
  database = fromPool(created.pool())
  await database.query(leadSchema)
})
afterEach(() => created.drop())

async function rows() {
  const { rows } = await database.query<{ row: string }>(
    `SELECT concat_ws(' ', name, tenant_id, coalesce(industry, '-'), coalesce(industry_ref::text, '-'), state, coalesce(stage, '-')) AS row FROM lead ORDER BY id`,
  )
  return rows.map(({ row }) => row)
}

const forward = () => database.transaction((tx) => sync.batch(tx, leadInPlace, 'forward', {}, keep))
const backward = (...keys: string[]) =>
  database.transaction((tx) =>
    sync.keys(
      tx,
      leadInPlace,
      'backward',
      keys.map((key) => [key]),
      keep,
    ),
  )

describe('a mapping in place', () => {
  it('fills the new columns of the same rows, and keeps the old ones as they are', async () => {
    expect(await forward()).toMatchObject({ inserted: 0, updated: 5, deleted: 0, refused: [] })
    expect(await rows()).toEqual([
      'Ada 1 tech 11 open new',
      'Bo 2 tech 21 shut done',
      'Cy 1 Tech - open new',
      'Di 2 retail - open new',
      'Ed 1 - - shut done',
    ])
  })

  it('writes nothing the second time', async () => {
    await forward()
    const { rows: before } = await database.query('SELECT xmin FROM lead ORDER BY id')
    expect(await forward()).toMatchObject({ inserted: 0, updated: 0, deleted: 0 })
    expect((await database.query('SELECT xmin FROM lead ORDER BY id')).rows).toEqual(before)
  })

  it('gives the old columns back from the new ones', async () => {
    await forward()
    await database.query(`UPDATE lead SET industry_ref = 12, stage = 'done' WHERE id = 1`)
    expect(await backward('1', '2', '3', '4', '5')).toMatchObject({ updated: 1 })
    expect(await rows()).toMatchObject([
      'Ada 1 retail 12 shut done',
      'Bo 2 tech 21 shut done',
      'Cy 1 Tech - open new',
      'Di 2 retail - open new',
      'Ed 1 - - shut done',
    ])
  })

  it('does not bring back what was kept aside once the reference was set or emptied', async () => {
    await forward()
    await database.query('UPDATE lead SET industry_ref = 11 WHERE id = 3')
    await backward('3')
    expect((await rows())[2]).toBe('Cy 1 tech 11 open new')
    await database.query('UPDATE lead SET industry_ref = NULL WHERE id = 3')
    await backward('3')
    expect((await rows())[2]).toBe('Cy 1 - - open new')
    await backward('3')
    expect((await rows())[2]).toBe('Cy 1 - - open new')
  })

  it('leaves a value that only the new shape holds', async () => {
    await forward()
    await database.query(`UPDATE lead SET stage = 'waiting' WHERE id = 1`)
    await backward('1')
    expect((await rows())[0]).toBe('Ada 1 tech 11 open waiting')
    expect(await forward()).toMatchObject({ updated: 0 })
  })

  it('fills a row that is new although the target has led', async () => {
    await forward()
    await database.query(`INSERT INTO lead (tenant_id, name, industry) VALUES (1, 'Fi', 'tech')`)
    expect(await forward()).toMatchObject({ updated: 1 })
    expect((await rows())[5]).toBe('Fi 1 tech 11 open new')
  })

  it('neither inserts nor deletes for keys that are gone', async () => {
    await forward()
    await database.query('DELETE FROM lead WHERE id = 1')
    for (const direction of ['forward', 'backward'] as const)
      expect(
        await database.transaction((tx) => sync.keys(tx, leadInPlace, direction, [['1'], ['99']], keep)),
      ).toMatchObject({ inserted: 0, updated: 0, deleted: 0, refused: [] })
  })

  it('covers a range in both directions', async () => {
    const range = (direction: 'forward' | 'backward') =>
      database.transaction((tx) => sync.range(tx, leadInPlace, direction, { upTo: ['3'] }, keep))
    expect(await range('forward')).toMatchObject({ inserted: 0, updated: 3, deleted: 0 })
    expect(await range('backward')).toMatchObject({ inserted: 0, updated: 0, deleted: 0 })
  })
})
