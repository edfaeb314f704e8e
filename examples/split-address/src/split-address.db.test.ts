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

const addresses = async () =>
  (
    await pool.query(`select concat_ws('|', s.id, s.name, a.site_id, a.street, a.city, a.postal_code, a.country) as row
    from site as s left join site_address as a on a.site_id = s.id order by s.id`)
  ).rows.map(({ row }) => row)

describe('branches and their addresses, by their own config', () => {
  test('are brought over and verified; who has no address has no row', async () => {
    for (const args of [['install'], ['phase', 'advance'], ['backfill']])
      expect(await changeover(...args)).toMatchObject({ code: 0 })
    expect(await changeover('verify')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('✓ No issues found.'),
    })
    expect(await addresses()).toEqual([
      '1|Köln|1|Hauptstraße 1|Köln|50667|DE',
      '2|Nowhere',
      '3|Cork|3|Cork||IE',
    ])
  })

  test('follow what is written to the old table: an address comes, goes and changes', async () => {
    await pool.query(`update branch set city = 'Somewhere' where id = 2; update branch set street = null, city = null, postal_code = null, country = null where id = 1;
      update branch set country = 'GB' where id = 3; insert into branch (id, name) values (40, 'New')`)
    expect(await addresses()).toEqual(['1|Köln', '2|Nowhere|2|Somewhere', '3|Cork|3|Cork||GB', '40|New'])
    expect(await changeover('verify')).toMatchObject({ code: 0 })
  })

  test('are found damaged in either table, and mended', async () => {
    await pool.query(`delete from site_address where site_id = 3; update site set phone = '1' where id = 1`)
    const found = await changeover('verify', '--verbose')
    expect(found.code).toBe(4)
    expect(found.stdout).toContain(`Branch 3 city: NULL instead of 'Cork'`)
    expect(await changeover('verify', '--fix')).toMatchObject({ code: 0 })
    expect(await addresses()).toContain('3|Cork|3|Cork||GB')
  })
})
