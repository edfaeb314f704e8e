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

describe('the parties of Northwind, by their own config', () => {
  test('are found sound before anything is written, and planned', async () => {
    expect(await changeover('audit')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/✓ Nothing is wrong/),
    })
    expect(await changeover('plan')).toMatchObject({ code: 0 })
  })

  test('are brought over and verified', async () => {
    for (const args of [['install'], ['phase', 'advance'], ['backfill']])
      expect(await changeover(...args)).toMatchObject({ code: 0 })
    expect(await changeover('verify')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('✓ No issues found.'),
    })
    const { rows } =
      await pool.query(`select p.kind, p.name, p.job_title, p.postal_code, p.fax, b.name as boss, p.data ->> 'extension' as extension
      from party as p left join party as b on b.id = p.reports_to order by p.kind, p.name collate "C"`)
    expect(rows.map((row) => Object.values(row).map(String).join('|'))).toEqual([
      'customer|Blumen & Söhne|Owner|50667|null|null|null',
      `customer|O'Brien Foods|null|||null|null`,
      'customer|食品 "Nippon"|Sales|100-0001|(03) 2|null|null',
      'employee|Ana de la Cruz|null|null|null|Li Ng|',
      'employee|Eva Stein|Sales|null|null|Li Ng|007',
      'employee|Li Ng|Vice President|null|null|null|null',
      'supplier|Blumen & Söhne|Owner|50667|null|null|null',
      'supplier|Fjord Fisk|null|null|null|null|null',
    ])
  })

  test('follow what is written to the old tables', async () => {
    await pool.query(`insert into suppliers (supplier_id, company_name) values (7, 'Late');
      update employees set last_name = 'Ng-Stein', reports_to = 3 where employee_id = 2; delete from customers where customer_id = 'ÅÄÖ'`)
    expect(await changeover('verify')).toMatchObject({ code: 0 })
    const { rows } = await pool.query(`select count(*)::int as parties from party`)
    expect(rows).toEqual([{ parties: 8 }])
  })
})
