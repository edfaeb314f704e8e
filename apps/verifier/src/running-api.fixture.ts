import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fromPool } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { migrate, seedWorkItems } from '@changeover/work-items'
import type pg from 'pg'
import { type Child, configOn, type Ended, startNode } from './cli.fixture.ts'
import { runInside } from './shell.fixture.ts'

const repository = new URL('../../../', import.meta.url).pathname
const config = join(repository, 'changeover.config.ts')
const api = join(repository, 'apps/api/src/main.ts')
const conditions = { PATH: process.env['PATH'] }

/** A busy machine is no reason to answer otherwise. */
const unhurried = { MAX_EVENT_LOOP_DELAY_MS: '0', RATE_LIMIT_PER_MINUTE: '1000000' }

/** What the seeds' production says. */
const unified = { USE_UNIFIED_CALENDAR: 'true' }

export interface RunningApi {
  readonly url: string
  readonly token: string
  readonly pool: pg.Pool
  /** Runs a command on the work items of this database, inside the test. */
  run(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ended>
  /** Starts one as a process of its own. */
  start(args: readonly string[]): Child
  close(): Promise<void>
}

/** The sample work items, taken to target-leads, and the API on them as a process of its own that asks for tokens. */
export async function startApi(environment: Readonly<Record<string, string>> = unified): Promise<RunningApi> {
  const created = await createTestDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'changeover-api-'))
  await migrate(created.url)
  const pool = created.pool()
  await seedWorkItems(fromPool(pool))
  const own = configOn(created.url, { folder, source: config })
  const run: RunningApi['run'] = (args, given = {}) =>
    runInside([...args, '--config', own], { folder, environment: given })
  await changeOver(run)
  const settings = {
    ...conditions,
    DATABASE_URL: created.url,
    AUTH: 'tokens',
    PORT: '0',
    ...unhurried,
    ...environment,
  }
  const made = await startNode([api, 'token', 'create', '--name', 'smoke', '--tenant', '1'], {
    environment: settings,
  }).ended
  const server = startNode([api], { environment: settings })
  const url = await listening(server)
  return {
    url,
    token: made.stdout.match(/\S{30,}/)?.[0] ?? '',
    pool,
    run,
    start: (args) => startNode([join(import.meta.dirname, 'main.ts'), ...args, '--config', own], { folder }),
    async close() {
      server.interrupt()
      await server.ended
      await created.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const waived = ['--waive', 'shadow-agrees', 'healthy', 'proxies-indexed', '--reason', 'a test']

async function changeOver(run: RunningApi['run']): Promise<void> {
  for (const args of [
    ['install'],
    ['phase', 'advance'],
    ['backfill', '--max-speed'],
    ['verify'],
    ['phase', 'advance', ...waived],
  ]) {
    const named = args.toSpliced(args[0] === 'phase' ? 2 : 1, 0, 'work-items')
    const { code, stderr } = await run(named)
    if (code !== 0) throw new Error(`${named.join(' ')}: ${stderr}`)
  }
}

async function listening({ said, ended }: Child): Promise<string> {
  let over = false
  void ended.then(() => (over = true))
  for (;;) {
    const [url] = said.stdout.match(/http:\/\/127\.0\.0\.1:\d+/) ?? []
    if (url !== undefined) return url
    if (over) throw new Error(`the API ended: ${said.stdout}${said.stderr}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
