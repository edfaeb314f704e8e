import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import pg from 'pg'
import { crmSchema } from './crm-config.fixture.ts'
import { runInside } from './shell.fixture.ts'

/** How a child process ended, and what it said. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Child {
  /** What it has said so far. */
  readonly said: Readonly<Pick<Ended, 'stdout' | 'stderr'>>
  readonly ended: Promise<Ended>
  interrupt(): void
}

export interface ChildOptions {
  readonly folder?: string
  readonly environment?: Readonly<Record<string, string | undefined>>
}

const source = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const crmConfig = source('./crm-config.fixture.ts')

/** Starts `changeover` from source as a process of its own. */
export function startCli(args: readonly string[], options: ChildOptions = {}): Child {
  return startNode([source('./main.ts'), ...args], options)
}

/** Starts `npm start` as a process of its own, without npm. */
export function startStart(args: readonly string[], options: ChildOptions = {}): Child {
  return startNode([source('./start.ts'), ...args], options)
}

/** Starts a program of this repository from source. */
export function startNode(args: readonly string[], { folder, environment }: ChildOptions): Child {
  const child = spawn(process.execPath, ['--conditions=source', ...args], {
    cwd: folder ?? tmpdir(),
    env: { PATH: process.env['PATH'], NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, ...said }))
  })
  return { said, ended, interrupt: () => void child.kill('SIGINT') }
}

export interface CrmCli {
  readonly url: string
  readonly pool: pg.Pool
  /** A folder of this test, for configs and reports. */
  readonly folder: string
  /** Starts a command on the crm migration and this database, as a process of its own: for signals. */
  start(args: readonly string[], environment?: ChildOptions['environment']): Child
  /** Runs one inside the test, which spares a second for the start of a process. */
  run(args: readonly string[], environment?: ChildOptions['environment']): Promise<Ended>
  /** The `result` of a command called with --json. */
  json<T = unknown>(args: readonly string[]): Promise<T>
  close(): Promise<void>
}

/** A fresh database with the tables of the crm migration, and the command line on it. */
export async function createCrmCli(): Promise<CrmCli> {
  const database = await createTestDatabase()
  const pool = database.pool()
  await pool.query(crmSchema)
  const folder = mkdtempSync(join(tmpdir(), 'changeover-cli-'))
  const start: CrmCli['start'] = (args, environment) =>
    startCli([...args, '--config', crmConfig], {
      folder,
      environment: { DATABASE_URL: database.url, ...environment },
    })
  const run: CrmCli['run'] = (args, given) => {
    const environment = { DATABASE_URL: database.url, NO_COLOR: '1', ...given }
    const config = configOn(environment.DATABASE_URL, { folder, source: crmConfig })
    return runInside([...args, '--config', config], { folder, environment })
  }
  return {
    url: database.url,
    pool,
    folder,
    start,
    run,
    async json<T>(args: readonly string[]) {
      const { stdout, stderr } = await run([...args, '--json'])
      const document: { result?: T } = JSON.parse(stdout)
      if (document.result === undefined) throw new Error(`no result: ${stdout}${stderr}`)
      return document.result
    },
    async close() {
      await database.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Writes a config like that of a file, on that database. A module is loaded once, so each database has a file of its own. */
export function configOn(
  url: string | undefined,
  { folder, source: from }: { readonly folder: string; readonly source: string },
): string {
  const file = join(
    folder,
    `on-${createHash('sha256')
      .update(url ?? '')
      .digest('hex')}.config.ts`,
  )
  const database = JSON.stringify({ url })
  writeFileSync(
    file,
    `import like from ${JSON.stringify(from)}\nexport default { ...like, database: ${database} }\n`,
  )
  return file
}
