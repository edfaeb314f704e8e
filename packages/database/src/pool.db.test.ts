import { createServer } from 'node:net'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { describeFailure, failureToJson, isFailure } from '@changeover/errors'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPoolDatabase, type Database, errors } from './index.ts'

let home: Awaited<ReturnType<typeof createTestDatabase>>

beforeAll(async () => {
  home = await createTestDatabase()
})
afterAll(() => home.drop())

async function failureOf(
  url: string,
  ask = (database: Database): Promise<unknown> => database.query('select 1'),
) {
  const database = createPoolDatabase({ url, maxConnections: 1 })
  const failure: unknown = await ask(database).catch((error: unknown) => error)
  await database.close()
  if (!isFailure(failure)) throw failure
  const everything = `${JSON.stringify(failureToJson(failure))}${describeFailure(failure)}${failure.stack}`
  expect(everything).not.toContain('s3cret')
  return failure
}

function homeWith(
  change: Partial<Pick<URL, 'hostname' | 'port' | 'pathname' | 'username' | 'password'>>,
): string {
  return Object.assign(new URL(home.url), { password: 's3cret', ...change }).href
}

describe('a server that cannot be had', () => {
  test('refuses the connection', async () => {
    const url = 'postgres://me:s3cret@127.0.0.1:1/shop'
    const unreachable = {
      code: errors.UNREACHABLE.code,
      values: { host: '127.0.0.1', port: 1, database: 'shop', user: 'me', nodeCode: 'ECONNREFUSED' },
      retriable: true,
    }
    expect(await failureOf(url)).toMatchObject(unreachable)
    expect(await failureOf(url, (database) => database.transaction(async () => {}))).toMatchObject(
      unreachable,
    )
  })

  test('has a name that nobody knows', async () => {
    expect((await failureOf(homeWith({ hostname: 'nowhere.invalid' }))).code).toBe(errors.UNREACHABLE.code)
  })

  test('hangs up before it says anything', async () => {
    const server = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const { code } = await failureOf(homeWith({ hostname: '127.0.0.1', port }))
    expect(code).toBe(errors.CONNECTION_LOST.code)
    server.close()
  })

  test('has no such database', async () => {
    const failure = await failureOf(Object.assign(new URL(home.url), { pathname: '/nowhere' }).href)
    expect(failure).toMatchObject({ code: errors.NO_SUCH_DATABASE.code, values: { database: 'nowhere' } })
  })

  test('does not know the user, or knows another password', async () => {
    const { code } = await failureOf(homeWith({ username: `${home.name}_nobody` }))
    expect(code).toBe(errors.AUTHENTICATION_FAILED.code)
  })

  test('takes no more connections', async () => {
    const guest = `${home.name}_guest`
    const admin = createPoolDatabase({ url: home.url, maxConnections: 1 })
    await admin.query(
      `create role ${guest} login password 's3cret'; alter database ${home.name} connection limit 0`,
    )
    const { code } = await failureOf(homeWith({ username: guest }))
    await admin.query(`alter database ${home.name} connection limit -1; drop role ${guest}`)
    await admin.close()
    expect(code).toBe(errors.TOO_MANY_CONNECTIONS.code)
  })
})

describe('a URL', () => {
  test.each([
    '',
    'shop',
    'mysql://me:s3cret@localhost/shop',
    'postgres://me:s3cret@localhost:port/shop',
    'postgres://me:s3cret/@localhost/shop',
    'postgres://me:s3cret#@localhost/shop',
  ])('that cannot be read is refused and not repeated: %s', (url) => {
    let failure: unknown
    try {
      createPoolDatabase({ url })
    } catch (error) {
      failure = error
    }
    expect(failure).toMatchObject({ code: errors.URL_INVALID.code })
    expect('cause' in Object(failure)).toBe(false)
  })
})

describe('a pool', () => {
  test('names its connections', async () => {
    const nameOf = async (applicationName?: string) => {
      const database = createPoolDatabase({ url: home.url, ...(applicationName && { applicationName }) })
      const { rows } = await database.query<{ name: string }>(
        `select current_setting('application_name') as name`,
      )
      await database.close()
      return rows[0]?.name
    }
    expect(await nameOf()).toBe('changeover')
    expect(await nameOf('backfill')).toBe('backfill')
  })

  test('holds no more connections than it may', async () => {
    const database = createPoolDatabase({ url: home.url, maxConnections: 2 })
    const ask = () => database.query<{ pid: number }>('select pg_backend_pid() as pid, pg_sleep(0.01)')
    const results = await Promise.all(Array.from({ length: 8 }, ask))
    expect(new Set(results.map((result) => result.rows[0]?.pid)).size).toBe(2)
    await database.close()
  })

  test('closes once, after the transactions that run', async () => {
    const database = createPoolDatabase({ url: home.url })
    let hasEnded = false
    const work = database.transaction(async (tx) => {
      await tx.query('select pg_sleep(0.02)')
      hasEnded = true
    })
    await Promise.all([
      work,
      database.query('select 1').then(() => Promise.all([database.close(), database.close()])),
    ])
    expect(hasEnded).toBe(true)
    await expect(database.query('select 1')).rejects.toMatchObject({ code: errors.POOL_CLOSED.code })
    await expect(database.transaction(async () => {})).rejects.toMatchObject({
      code: errors.POOL_CLOSED.code,
    })
  })
})
