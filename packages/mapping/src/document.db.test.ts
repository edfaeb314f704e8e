import { createTestDatabase, type TestDatabase } from '@changeover/embedded-postgres/testing'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { documentDdl, documentOf, dropDocumentDdl, table } from './index.ts'

const state = table(
  'state',
  { id: 'text not null', note: 'text', madeAt: 'timestamptz not null default' },
  { key: ['id'] },
)
const line = table(
  'line',
  {
    stateId: 'text not null',
    position: 'integer not null',
    who: 'varchar(8)',
    at: 'timestamptz',
    rest: 'jsonb not null default',
  },
  { key: ['stateId', 'position'] },
)
const document = documentOf('document', state, {
  lines: { table: line, owner: ['stateId'], position: 'position' },
})

let database: TestDatabase
let client: pg.PoolClient
beforeAll(async () => {
  database = await createTestDatabase()
  client = await database.pool().connect()
  await client.query(`
    CREATE TABLE state (id text PRIMARY KEY, note text, made_at timestamptz NOT NULL DEFAULT '2026-01-01');
    CREATE TABLE line (state_id text NOT NULL REFERENCES state, position integer NOT NULL, who varchar(8), at timestamptz,
      rest jsonb NOT NULL DEFAULT '{}', PRIMARY KEY (state_id, position))`)
  for (const statement of documentDdl(document)) await client.query(statement)
})
afterAll(async () => {
  client.release()
  await database.drop()
})
beforeEach(async () => {
  await client.query('DELETE FROM line; DELETE FROM state')
  await client.query(`INSERT INTO document (id, lines) VALUES ('a', $1), ('b', $2)`, [
    lines('x', 'y', 'z'),
    lines('b'),
  ])
})

const lines = (...who: readonly string[]) => JSON.stringify(who.map((each) => ({ who: each, rest: {} })))
const rows = async (text: string) => (await client.query<Record<string, unknown>>(text)).rows

it('writes the table and its child rows, with the defaults of the table', async () => {
  expect(await rows(`SELECT id, note, made_at = '2026-01-01' AS made FROM state WHERE id = 'a'`)).toEqual([
    { id: 'a', note: null, made: true },
  ])
  expect(await rows(`SELECT position, who, rest FROM line WHERE state_id = 'a' ORDER BY position`)).toEqual([
    { position: 0, who: 'x', rest: {} },
    { position: 1, who: 'y', rest: {} },
    { position: 2, who: 'z', rest: {} },
  ])
})

it('reads child rows in their order, a column that is NULL as an absent key', async () => {
  await client.query(
    `INSERT INTO line (state_id, position, at, rest) VALUES ('a', 9, '2026-03-29 02:30:00.5+01', 'null')`,
  )
  const [found] = await rows(
    `SELECT lines -> 3 AS last, jsonb_array_length(lines) AS length FROM document WHERE id = 'a'`,
  )
  expect(found).toEqual({ last: { at: '2026-03-29T01:30:00.5+00:00', rest: null }, length: 4 })
})

it('reads a table row without child rows as an empty list', async () => {
  await client.query(`INSERT INTO state (id) VALUES ('c')`)
  expect(await rows(`SELECT lines FROM document WHERE id = 'c'`)).toEqual([{ lines: [] }])
})

it('writes only child rows that differ', async () => {
  const before = await rows('SELECT state_id, position, ctid::text FROM line ORDER BY state_id, position')
  await client.query(`UPDATE document SET lines = $1 WHERE id = 'a'`, [lines('x', 'Y', 'z', 'new')])
  const after = await rows('SELECT state_id, position, ctid::text FROM line ORDER BY state_id, position')
  expect(after.filter((row) => before.some(({ ctid }) => ctid === row['ctid']))).toEqual(
    before.filter(({ state_id: id, position }) => id === 'b' || position !== 1),
  )
  expect(after).toHaveLength(5)
  await client.query(`UPDATE document SET lines = $1 WHERE id = 'a'`, [lines('x')])
  expect(await rows(`SELECT who FROM line WHERE state_id = 'a'`)).toEqual([{ who: 'x' }])
})

it('keeps gaps between positions and writes behind the last', async () => {
  await client.query(`UPDATE line SET position = position + 10 WHERE state_id = 'a' AND position > 0`)
  await client.query(`UPDATE document SET lines = $1 WHERE id = 'a'`, [lines('x', 'y', 'Z', 'new')])
  expect(await rows(`SELECT position, who FROM line WHERE state_id = 'a' ORDER BY position`)).toEqual([
    { position: 0, who: 'x' },
    { position: 11, who: 'y' },
    { position: 12, who: 'Z' },
    { position: 13, who: 'new' },
  ])
})

it('leaves the table alone where only child rows change', async () => {
  const [before] = await rows(`SELECT ctid::text FROM state WHERE id = 'a'`)
  await client.query(`UPDATE document SET lines = '[]' WHERE id = 'a'`)
  expect(await rows(`SELECT ctid::text FROM state WHERE id = 'a'`)).toEqual([before])
})

it('deletes child rows with their owner', async () => {
  await client.query(`DELETE FROM document WHERE id = 'a'`)
  expect(await rows('SELECT state_id FROM line')).toEqual([{ state_id: 'b' }])
  expect(await rows('SELECT id FROM state')).toEqual([{ id: 'b' }])
})

it.each(['{}', '[1]', '[{"who": "x", "unknown": 1}]', 'null'])(
  'refuses %s as a list of rows',
  async (list) => {
    await expect(client.query(`UPDATE document SET lines = $1 WHERE id = 'a'`, [list])).rejects.toMatchObject(
      { code: '22023' },
    )
  },
)

it('refuses a change of the key', async () => {
  await expect(client.query(`UPDATE document SET id = 'c' WHERE id = 'a'`)).rejects.toMatchObject({
    code: '0A000',
  })
})

it('locks the row of the table', async () => {
  await client.query('BEGIN')
  await client.query(`SELECT 1 FROM document AS d WHERE id = 'a' FOR NO KEY UPDATE OF d`)
  const other = database.pool().query(`SELECT id FROM state ORDER BY id FOR UPDATE SKIP LOCKED`)
  expect((await other).rows).toEqual([{ id: 'b' }])
  await client.query('ROLLBACK')
})

it('goes away without a trace', async () => {
  await client.query('BEGIN')
  for (const statement of dropDocumentDdl(document)) await client.query(statement)
  expect(await rows(`SELECT proname FROM pg_proc WHERE proname LIKE 'write_%'`)).toEqual([])
  await client.query('ROLLBACK')
})
