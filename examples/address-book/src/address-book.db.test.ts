import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createTestDatabase, type TestDatabase } from '@changeover/embedded-postgres/testing'
import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const cli = here('../../../apps/verifier/src/main.ts')

let created: TestDatabase
let pool: Pool

beforeAll(async () => {
  created = await createTestDatabase()
  pool = created.pool()
  await pool.query(readFileSync(here('../schema.sql'), 'utf8'))
})
afterAll(() => created.drop())

/** Runs the command line on this example as a team would, in a process of its own. */
function changeover(
  ...args: readonly string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['--conditions=source', cli, ...args], {
    cwd: here('..'),
    env: { PATH: process.env['PATH'], NO_COLOR: '1', DATABASE_URL: created.url },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
}

describe('the address book, by its own config', () => {
  test('is planned before anything is written', async () => {
    const { code, stdout } = await changeover('plan')
    expect(code).toBe(0)
    expect(stdout).toContain('Contact')
    expect((await pool.query('SELECT FROM person')).rowCount).toBe(0)
  })

  test('is brought over and verified', async () => {
    expect(await changeover('install')).toMatchObject({ code: 0 })
    expect(await changeover('phase', 'advance')).toMatchObject({ code: 0 })
    expect(await changeover('backfill')).toMatchObject({ code: 0 })
    expect(await changeover('verify')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('✓ No issues found.'),
    })
    const { rows } = await pool.query(
      'SELECT contact_id, name, level, born_on::text, preferences FROM person ORDER BY contact_id',
    )
    expect(rows).toEqual([
      {
        contact_id: '1',
        name: 'Ada Lovelace',
        level: 'premium',
        born_on: '1815-12-10',
        preferences: { newsletter: true },
      },
      {
        contact_id: '2',
        name: 'José Müller ☎',
        level: 'plus',
        born_on: null,
        preferences: { newsletter: false, fax: '+49 30 0' },
      },
      {
        contact_id: '3',
        name: `O'Brien, "Pat"`,
        level: 'basic',
        born_on: '2000-02-29',
        preferences: { newsletter: false, fax: '' },
      },
    ])
  })

  test('is found damaged, with the field and both values, and mended', async () => {
    await pool.query(`UPDATE person SET level = 'plus' WHERE contact_id = 1`)
    const found = await changeover('verify', '--verbose')
    expect(found.code).toBe(4)
    expect(found.stdout).toContain(`Contact 1 level: 'plus' instead of 'premium'`)
    expect(await changeover('verify', '--fix')).toMatchObject({ code: 0 })
    expect((await pool.query('SELECT level FROM person WHERE contact_id = 1')).rows).toEqual([
      { level: 'premium' },
    ])
    expect(await changeover('verify')).toMatchObject({ code: 0 })
  })
})
