import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { PreparedClient } from './index.ts'

let home: Awaited<ReturnType<typeof createTestDatabase>>
let pool: Pool

beforeAll(async () => {
  home = await createTestDatabase()
  pool = new Pool({ connectionString: home.url, Client: PreparedClient, max: 1 })
  await pool.query('CREATE TABLE pet (id integer PRIMARY KEY, name text)')
  await pool.query(`INSERT INTO pet SELECT n, 'Pet ' || n FROM generate_series(1, 20) AS n`)
})
afterAll(async () => {
  await pool.end()
  await home.drop()
})
beforeEach(() => pool.query('DROP VIEW IF EXISTS named; CREATE VIEW named AS SELECT id, name FROM pet'))

async function prepared(): Promise<readonly string[]> {
  const { rows } = await pool.query<{ statement: string }>(
    `SELECT statement FROM pg_prepared_statements WHERE statement NOT LIKE '%pg_prepared_statements%' ORDER BY prepare_time`,
  )
  return rows.map(({ statement }) => statement)
}

describe('statements', () => {
  test('are prepared when they are asked again, whatever their values', async () => {
    const asked = 'SELECT name FROM pet WHERE id = $1'
    expect((await pool.query(asked, [1])).rows).toEqual([{ name: 'Pet 1' }])
    expect(await prepared()).not.toContain(asked)
    expect((await pool.query(asked, [2])).rows).toEqual([{ name: 'Pet 2' }])
    expect((await pool.query(asked, [3])).rows).toEqual([{ name: 'Pet 3' }])
    expect((await prepared()).filter((each) => each === asked)).toEqual([asked])
  })

  test('are sent as they are where they have no parameters: several at once, and those of a transaction', async () => {
    const before = await prepared()
    for (let turn = 0; turn < 3; turn++) {
      await pool.query('SELECT 1; SELECT 2', [])
      await pool.query('BEGIN')
      await pool.query('COMMIT')
    }
    expect(await prepared()).toEqual(before)
  })

  test('say what is wrong with them as ever, and can be asked again', async () => {
    const asked = 'SELECT 10 / $1::integer AS part'
    await pool.query(asked, [5])
    await expect(pool.query(asked, [0])).rejects.toMatchObject({ code: '22012' })
    expect((await pool.query(asked, [2])).rows).toEqual([{ part: 5 }])
  })

  test('answer to a callback too', async () => {
    const client = await pool.connect()
    const ask = () =>
      new Promise<unknown>((resolve, reject) => {
        client.query('SELECT $1::text AS said', ['yes'], (error, { rows }) =>
          error ? reject(error) : resolve(rows),
        )
      })
    expect([await ask(), await ask()]).toEqual([[{ said: 'yes' }], [{ said: 'yes' }]])
    client.release()
  })
})

describe('what changes under a prepared statement', () => {
  const asked = 'SELECT * FROM named WHERE id = $1'
  const twice = async () => {
    await pool.query(asked, [1])
    await pool.query(asked, [1])
  }
  const change = (columns: string) =>
    pool.query(`DROP VIEW named; CREATE VIEW named AS SELECT ${columns} FROM pet`)

  test('costs a statement of its own nothing', async () => {
    await twice()
    await change('id, upper(name) AS loud')
    expect((await pool.query(asked, [1])).rows).toEqual([{ id: 1, loud: 'PET 1' }])
    await twice()
    await change('id')
    const client = await pool.connect()
    expect((await client.query(asked, [1])).rows).toEqual([{ id: 1 }]) // the same by a promise, without the pool's callback
    client.release()
  })

  test('ends a transaction once, as PostgreSQL does', async () => {
    await twice()
    await change('id, id AS again')
    const transaction = async () => {
      const client = await pool.connect()
      try {
        await client.query('BEGIN')
        return (await client.query(asked, [1])).rows as unknown
      } finally {
        await client.query('ROLLBACK')
        client.release()
      }
    }
    await expect(transaction()).rejects.toMatchObject({ code: '0A000' })
    expect(await transaction()).toEqual([{ id: 1, again: 1 }])
  })
})

test('no more than 200 are kept, and no very long ones', async () => {
  const own = new Pool({ connectionString: home.url, Client: PreparedClient, max: 1 })
  try {
    const long = `SELECT $1::text AS ${'x'.repeat(20)} -- ${'-'.repeat(8000)}`
    for (const asked of [long, ...Array.from({ length: 250 }, (_none, n) => `SELECT $1::integer AS n${n}`)])
      for (let turn = 0; turn < 2; turn++) await own.query(asked, [1])
    const { rows } = await own.query<{ count: number; longest: number }>(
      'SELECT count(*)::integer AS count, max(length(statement))::integer AS longest FROM pg_prepared_statements',
    )
    expect(rows[0]?.count).toBe(200)
    expect(rows[0]?.longest).toBeLessThan(100)
  } finally {
    await own.end()
  }
})
