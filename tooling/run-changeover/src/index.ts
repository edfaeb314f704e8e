import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import type { Pool } from 'pg'

/** How a command ended, and what it said. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A folder with a config, and a database of its own. */
export interface Changeover {
  /** Runs the command line there as a team would, in a process of its own. */
  run(...args: readonly string[]): Promise<Ended>
  query: Pool['query']
  close(): Promise<void>
}

const main = fileURLToPath(new URL('../../../apps/verifier/src/main.ts', import.meta.url))

/** Opens an example: a folder with a config, a `schema.sql` and a `data.sql`. */
export async function openExample(folder: URL): Promise<Changeover> {
  const database = await createTestDatabase()
  const pool = database.pool()
  for (const file of ['schema.sql', 'data.sql']) await pool.query(readFileSync(new URL(file, folder), 'utf8'))
  return {
    run: (...args) => run(args, folder, database.url),
    query: pool.query.bind(pool),
    close: () => database.drop(),
  }
}

function run(args: readonly string[], folder: URL, url: string): Promise<Ended> {
  const child = spawn(process.execPath, ['--conditions=source', main, ...args], {
    cwd: fileURLToPath(folder),
    env: { PATH: process.env['PATH'], NO_COLOR: '1', DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...said })))
}
