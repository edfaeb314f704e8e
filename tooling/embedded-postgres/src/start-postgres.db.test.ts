import { type ChildProcess, execFileSync, spawn, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { isReachable } from './place.ts'
import { runningServer } from './server.ts'
import { startPostgres } from './start-postgres.ts'
import { roomyFolder } from './vitest.ts'

const isRoot = process.getuid?.() === 0
const fixture = fileURLToPath(new URL('./user.fixture.ts', import.meta.url))
const settings = { fsync: 'off' }
const deadPid = 2 ** 22 + 1
let folder: string
const children: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(roomyFolder(), 'changeover-launcher-'))
  chmodSync(folder, 0o755)
})

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await vi.waitFor(() => expect(runningServer(join(folder, 'data'))).toBeNull(), { timeout: 15_000 })
  rmSync(folder, { recursive: true, force: true })
})

async function ask(url: string, query: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query({ text: query, rowMode: 'array' })
    return rows[0]?.[0]
  } finally {
    await client.end()
  }
}

/** Starts a process of its own that uses the server, and waits until it does. */
async function startUser(options: SpawnOptions = {}) {
  const child = spawn(process.execPath, ['--conditions=source', fixture, folder], {
    ...options,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.push(child)
  const [line] = await once(createInterface({ input: child.stdout! }), 'line')
  return { child, ...(JSON.parse(line) as { port: number; version: string }) }
}

function isServing(): boolean {
  return runningServer(join(folder, 'data')) !== null
}

describe('one user', () => {
  test('gets a PostgreSQL 18 that keeps time in UTC, and leaves none behind', async () => {
    const server = await startPostgres({ folder, settings })
    expect(await ask(server.url, 'show server_version_num')).toMatch(/^18/)
    expect(await ask(server.url, 'show timezone')).toBe('UTC')
    expect(await ask(server.url, 'show fsync')).toBe('off')
    await server.stop()
    expect(isServing()).toBe(false)
  })

  test('finds the data again after a stop', async () => {
    const first = await startPostgres({ folder, settings })
    await ask(first.url, 'create table kept as select 42 as answer')
    await first.stop()
    const second = await startPostgres({ folder, settings })
    expect(await ask(second.url, 'select answer from kept')).toBe(42)
    await second.stop()
  })

  test('needs the password of the URL', async () => {
    const server = await startPostgres({ folder, settings })
    const url = new URL(server.url)
    url.password = 'guessed'
    await expect(ask(url.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
    await server.stop()
  })

  test('leaves no folder behind when it is throwaway', async () => {
    const server = await startPostgres({ folder, settings, lifetime: 'throwaway' })
    await server.stop()
    expect(existsSync(folder)).toBe(false)
  })
})

describe('several users', () => {
  test('share one server until the last has stopped', async () => {
    const first = await startPostgres({ folder, settings })
    const second = await startPostgres({ folder, settings })
    expect(second.url).toBe(first.url)
    await first.stop()
    await first.stop()
    expect(await ask(second.url, 'select 1')).toBe(1)
    await second.stop()
    expect(isServing()).toBe(false)
  })

  test('of different processes that start at once get the same server', async () => {
    const [one, two] = await Promise.all([startUser(), startUser()])
    expect(one.port).toBe(two.port)
    one.child.stdin?.end()
    await once(one.child, 'exit')
    expect(isServing()).toBe(true)
    two.child.stdin?.end()
    await once(two.child, 'exit')
    expect(isServing()).toBe(false)
  })
})

describe('after kill -9', () => {
  test('of the only user, the server is gone within seconds', async () => {
    const { child } = await startUser()
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(isServing()).toBe(true)
    await vi.waitFor(() => expect(isServing()).toBe(false), { timeout: 8_000, interval: 100 })
  })

  test('of one of two users, the other keeps the server', async () => {
    const { child } = await startUser()
    const server = await startPostgres({ folder, settings })
    child.kill('SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    expect(await ask(server.url, 'select 1')).toBe(1)
    await server.stop()
  })

  test('of the server, the next start recovers the data', async () => {
    const first = await startPostgres({ folder })
    await ask(first.url, 'create table kept as select 42 as answer')
    process.kill(runningServer(join(folder, 'data'))?.pid ?? 0, 'SIGKILL')
    await vi.waitFor(() => expect(isServing()).toBe(false))
    const second = await startPostgres({ folder })
    expect(await ask(second.url, 'select answer from kept')).toBe(42)
    await first.stop()
    expect(await ask(second.url, 'select 1')).toBe(1)
    await second.stop()
  })

  test('a pid file whose number belongs to another process by now is no obstacle', async () => {
    const first = await startPostgres({ folder, settings })
    const pidFile = join(folder, 'data', 'postmaster.pid')
    const lines = readFileSync(pidFile, 'utf8').split('\n')
    await first.stop()
    writeFileSync(pidFile, [process.pid, ...lines.slice(1)].join('\n'))
    const second = await startPostgres({ folder, settings })
    expect(await ask(second.url, 'select 1')).toBe(1)
    await second.stop()
  })

  test('a lock of a dead process is taken over', async () => {
    writeFileSync(join(folder, 'lock'), `${deadPid}:1`)
    const server = await startPostgres({ folder, settings })
    await server.stop()
  })

  test('half-made data is made anew', async () => {
    mkdirSync(join(folder, 'data.new'))
    writeFileSync(join(folder, 'data.new', 'PG_VERSION'), '18')
    const server = await startPostgres({ folder, settings })
    expect(await ask(server.url, 'select 1')).toBe(1)
    await server.stop()
  })
})

describe('bad input', () => {
  test('a port in use is named', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address() as { port: number }
    const start = startPostgres({ folder, settings, port: address.port })
    await expect(start).rejects.toMatchObject({
      code: 'EMBEDDED_POSTGRES.PORT_IN_USE',
      values: { port: address.port },
    })
    other.close()
    expect(isServing()).toBe(false)
  })

  test('data of another version is refused', async () => {
    await (await startPostgres({ folder, settings })).stop()
    writeFileSync(join(folder, 'data', 'PG_VERSION'), '17\n')
    await expect(startPostgres({ folder })).rejects.toMatchObject({
      code: 'EMBEDDED_POSTGRES.VERSION_MISMATCH',
      values: { found: '17', needed: '18' },
    })
  })

  test('a setting that PostgreSQL does not know is shown as the server says it', async () => {
    await expect(startPostgres({ folder, settings: { colour: 'red' } })).rejects.toMatchObject({
      code: 'EMBEDDED_POSTGRES.START_FAILED',
      message: expect.stringContaining('unrecognized configuration parameter "colour"'),
    })
  })

  test('a folder that cannot be one is refused', async () => {
    writeFileSync(join(folder, 'file'), '')
    await expect(startPostgres({ folder: join(folder, 'file', 'below') })).rejects.toMatchObject({
      code: 'EMBEDDED_POSTGRES.FOLDER_UNUSABLE',
    })
  })
})

describe.runIf(isRoot)('as root', () => {
  test('the server runs as nobody', async () => {
    const server = await startPostgres({ folder, settings })
    const pid = String(runningServer(join(folder, 'data'))?.pid)
    expect(execFileSync('stat', ['-c', '%U', `/proc/${pid}`], { encoding: 'utf8' }).trim()).toBe('nobody')
    await server.stop()
  })

  test('a folder that nobody can reach has its data, and its binaries, elsewhere', async () => {
    chmodSync(folder, 0o700)
    const server = await startPostgres({ folder, settings, lifetime: 'throwaway' })
    const { place } = JSON.parse(readFileSync(join(folder, 'place.json'), 'utf8')) as { place: string }
    expect(place).toMatch(/^\/var\/tmp\/changeover-[0-9a-f]{12}$/)
    expect(await ask(server.url, 'select 1')).toBe(1)
    await server.stop()
    expect(existsSync(place)).toBe(false)
  })

  test.runIf(isRoot && isReachable(fixture.replace(/[^/]+$/, '')))(
    'an ordinary user needs nothing from root',
    async () => {
      rmSync(folder, { recursive: true })
      folder = mkdtempSync(join(roomyFolder(), 'changeover-launcher-'))
      execFileSync('chown', ['nobody', folder])
      const uid = Number(execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }))
      const { child, version } = await startUser({ uid, cwd: folder, env: { PATH: process.env['PATH'] } })
      expect(version).toMatch(/^18/)
      child.stdin?.end()
      await once(child, 'exit')
      expect(isServing()).toBe(false)
    },
  )
})
