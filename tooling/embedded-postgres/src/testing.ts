import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

export { openPooler, type Pooler } from './pooler.ts'
export { startReplicated, type Replicated, type ReplicatedOptions } from './replicated.ts'

export interface TestDatabaseOptions {
  /** The name of a database to copy; nobody may be connected to it. An empty one unless given. */
  readonly template?: string
  /** The server; CHANGEOVER_TEST_DATABASE_URL (set for every `*.db.test.ts`) unless given. */
  readonly serverUrl?: string
}

export interface TestDatabase {
  readonly name: string
  readonly url: string
  /** A pool of connections, ended by `drop()`. */
  pool(options?: pg.PoolConfig): pg.Pool
  /** Ends the pools and deletes the database, whoever is still connected. */
  drop(): Promise<void>
}

/**
 * Creates a fresh database on the server of the test run.
 *
 * Cost: about 15 ms when the server's data is in memory.
 */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const serverUrl = options.serverUrl ?? process.env['CHANGEOVER_TEST_DATABASE_URL']
  if (serverUrl === undefined)
    throw new TypeError('createTestDatabase() runs in *.db.test.ts, or needs serverUrl')
  const name = `changeover_test_${process.pid}_${randomBytes(5).toString('hex')}`
  await onServer(serverUrl, (client) => create(client, name, options.template ?? 'template0'))
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  const pools: pg.Pool[] = []
  return {
    name,
    url: url.href,
    pool(config) {
      const pool = new pg.Pool({ connectionString: url.href, max: 10, ...config })
      // A connection that drop() ends while it is idle is no error of the test.
      pool.on('error', () => {})
      pools.push(pool)
      return pool
    },
    async drop() {
      await Promise.all(pools.filter((pool) => !pool.ended && !pool.ending).map((pool) => pool.end()))
      await onServer(serverUrl, (client) =>
        client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`),
      )
    },
  }
}

async function create(client: pg.Client, name: string, template: string): Promise<void> {
  const { rows } = await client.query("select current_setting('server_version_num')::int >= 150000 as modern")
  const strategy = rows[0]?.modern ? ' strategy file_copy' : ''
  const statement = `create database ${pg.escapeIdentifier(name)} template ${pg.escapeIdentifier(template)}${strategy}`
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(statement)
      return
    } catch (error) {
      // Somebody was connected to the template a moment ago.
      if (attempt === 20 || !(error instanceof pg.DatabaseError) || error.code !== '55006') throw error
      await sleep(50)
    }
  }
}

async function onServer(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
