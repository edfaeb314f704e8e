import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FixReport, Verification } from '@changeover/verifier'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCrmCli, type CrmCli } from './cli.fixture.ts'
import { outputFormats as formats } from './commands/output-option.ts'

let cli: CrmCli

beforeEach(async () => {
  cli = await createCrmCli()
  expect(await cli.run(['install'], { DUAL_WRITE_ENABLED: '1' })).toMatchObject({ code: 0 })
  expect(await cli.run(['backfill'])).toMatchObject({ code: 0 })
})
afterEach(() => cli.close())

const damage = () =>
  cli.pool.query(
    `update party set title = 'changed' where title = 'customer 3'; delete from party where title = 'invoice 5'`,
  )
const titles = async () =>
  (await cli.pool.query('select title from party order by title')).rows.map(({ title }) => title)

test('a fix mends what differs, says how to take it back, and ends clean', async () => {
  await damage()
  const fixed = await cli.run(['verify', '--fix'])
  expect(fixed).toMatchObject({ code: 0, stderr: expect.stringContaining('changeover undo 1') })
  expect(fixed.stdout).toContain('Fix 1, as legacy says: 2 rows (1 inserted, 1 updated, 0 deleted, 0 links).')
  expect(fixed.stdout).toMatch(/✓ No issues found\. Migration is complete and consistent\.\n$/)
})

test('a fix is taken back where its rows are untouched; the others are left and named', async () => {
  await damage()
  const damaged = await titles()
  await cli.run(['verify', '--fix'])
  expect(await cli.run(['undo', '1'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('2 rows are as they were'),
  })
  expect(await titles()).toEqual(damaged)

  await cli.run(['verify', '--fix'])
  await cli.pool.query(`update party set grade = 'A' where title = 'customer 3'`)
  const undone = await cli.run(['undo', '2'])
  expect(undone).toMatchObject({ code: 4, stdout: expect.stringContaining('it has changed since the fix') })
})

test('a fix of clean data writes nothing', async () => {
  const before = await cli.pool.query('select xmin::text, ctid::text from party order by id')
  const { fixes, verdict } = await cli.json<Verification & { fixes: FixReport[] }>(['verify', '--fix'])
  expect({ fixes, verdict }).toEqual({ fixes: [], verdict: 'consistent' })
  const after = await cli.pool.query('select xmin::text, ctid::text from party order by id')
  expect(after.rows).toEqual(before.rows)
})

test('the environment can ask for fixes, and the command line can forbid them', async () => {
  const environment = { MIGRATION_AUTO_FIX: 'true' }
  await damage()
  expect((await cli.run(['verify', '--no-fix'], environment)).code).toBe(4)
  expect((await cli.run(['verify'], environment)).code).toBe(0)
})

test('what no fix can mend is left, with the reason, and stays a finding', async () => {
  await cli.pool.query(
    `alter table customer disable trigger user; update customer set grade = 'bronze' where id = 9; delete from party where title = 'customer 9'`,
  )
  const fixed = await cli.run(['verify', '--fix', '--verbose'])
  expect(fixed.code).toBe(4)
  expect(fixed.stdout).toMatch(/Customer 9: no target row \(.*outside the map/)
})

test('a verification is written in every format, to stdout or to files beside it', async () => {
  await damage()
  const written = await cli.run([
    'verify',
    ...formats.flatMap((each) => ['--output', `${each}=report.${each}`]),
  ])
  expect(written.code).toBe(4)
  expect(written.stdout).toContain('SUMMARY REPORT')
  const read = (format: string) => readFileSync(join(cli.folder, `report.${format}`), 'utf8')
  expect(read('table')).toBe(written.stdout)
  expect(read('junit')).toMatch(/^<\?xml[^]*Customer[^]*changed/)
  expect(read('markdown')).toMatch(/^## Party migration: ✗ findings\n/)
  expect(JSON.parse(read('json'))).toMatchObject({ verdict: 'findings', migration: 'crm' })
  expect(JSON.parse(read('sarif')).runs[0].results).toHaveLength(2)
  const lines = read('ndjson').trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line).class)).toEqual(['mismatched', 'missing', undefined])
  const { code, stdout } = await cli.run(['verify', '--output', 'ndjson'])
  expect({ code, lines: stdout.trimEnd().split('\n').length }).toEqual({ code: 4, lines: 3 })
})

test('in GitHub Actions findings are annotated and the report goes to the step summary', async () => {
  await damage()
  const summary = join(cli.folder, 'summary.md')
  const ended = await cli.run(['verify', '--json'], { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary })
  expect(ended.code).toBe(4)
  expect(JSON.parse(ended.stdout).exitCode).toBe(4)
  expect(ended.stderr).toMatch(/^::error .*changed/m)
  expect(readFileSync(summary, 'utf8')).toContain('Customer')
})
