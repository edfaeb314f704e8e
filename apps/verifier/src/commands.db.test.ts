import { fromPool } from '@changeover/database'
import { type Plan, readAudit } from '@changeover/migration'
import type { Verification } from '@changeover/verifier'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCrmCli, type CrmCli } from './cli.fixture.ts'
import type { QuarantineOf } from './jobs/quarantine.ts'
import type { Status } from '@changeover/migration'

let cli: CrmCli

beforeEach(async () => {
  cli = await createCrmCli()
})
afterEach(() => cli.close())

const legacyLeads = { DUAL_WRITE_ENABLED: 'true' }
const targetLeads = `update changeover.phase set phase = 'target-leads', epoch = epoch + 1, target_has_led = true`

const fill = async () => {
  expect(await cli.run(['install'], legacyLeads)).toMatchObject({ code: 0 })
  expect(await cli.run(['backfill'])).toMatchObject({ code: 0 })
  expect(await cli.run(['install'])).toMatchObject({ code: 0 })
}

test('plan, install, backfill, verify and status lead from nothing to a clean report', async () => {
  const planned = await cli.run(['plan'])
  expect(planned).toMatchObject({ code: 0, stderr: '' })
  expect(planned.stdout).toContain('CREATE UNIQUE INDEX CONCURRENTLY')
  expect(planned.stdout).toMatch(/Next: changeover install crm .*\n$/)

  const installed = await cli.run(['install'], legacyLeads)
  expect(installed).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('Installing: Bookkeeping tables'),
  })
  expect(installed.stdout.split('\n').filter((line) => line.startsWith('✓'))).toHaveLength(6)

  const filled = await cli.run(['backfill'])
  expect(filled).toMatchObject({ code: 0, stdout: expect.stringContaining('✓ Every row could be written.') })
  expect(filled.stdout).toMatch(/│ Customer │ 9 +│ 9 /)
  expect(await cli.run(['install'])).toMatchObject({ code: 0 })

  const verified = await cli.run(['verify'])
  expect(verified).toMatchObject({ code: 0, stderr: '' })
  expect(verified.stdout).toMatch(/\n✓ No issues found\. Migration is complete and consistent\.\n$/)

  const { stdout } = await cli.run(['status'])
  expect(stdout).toMatch(/Installed: yes\nVerified: consistent .*certificate 1/)
})

test('who changed something by the command line is in the audit trail, as over HTTP; who looked is not', async () => {
  await fill()
  await cli.run(['verify'])
  await cli.run(['verify', '--fix'])
  await cli.run(['quarantine'])
  await cli.run(['quarantine', '--retry'])
  await cli.run(['undo', '1'])
  await cli.run(['status'])
  const trail = await readAudit(fromPool(cli.pool), 'crm')
  expect(trail.map(({ what }) => what).toReversed()).toEqual([
    'stored',
    'install',
    'backfill',
    'install',
    'verification',
    'fix',
    'quarantine retry',
    'undo',
  ])
  expect(trail.find(({ what }) => what === 'backfill')).toMatchObject({
    by: expect.any(String),
    databaseUser: 'postgres',
    details: { batchRows: 5_000, restart: false },
  })
})

test('each command prints one JSON document with command, exit code and result', async () => {
  await cli.run(['install'], legacyLeads)
  for (const command of ['plan', 'install', 'backfill', 'verify', 'quarantine', 'status', 'docs']) {
    const { code, stdout } = await cli.run([command, '--json'])
    expect({ code, ...JSON.parse(stdout) }).toEqual({
      code: 0,
      command,
      exitCode: 0,
      result: expect.anything(),
    })
  }
})

test('a second backfill and a second install write nothing', async () => {
  await fill()
  const again = await cli.json<{ mappings: { run: { inserted: number; updated: number } }[] }>(['backfill'])
  expect(again.mappings.map(({ run }) => run.inserted + run.updated)).toEqual([0, 0])
  const { steps } = await cli.json<{ steps: { was: string }[] }>(['install'])
  expect(steps.map(({ was }) => was)).toEqual(steps.map(() => 'done'))
})

test('a dry run leaves nothing behind, and needs nothing installed', async () => {
  const report = await cli.json<{ dryRun: boolean; mappings: { run: { inserted: number } }[] }>([
    'backfill',
    '--dry-run',
  ])
  expect(report.dryRun).toBe(true)
  expect(report.mappings[0]?.run.inserted).toBe(9)
  const { rows } = await cli.pool.query('select from party')
  expect(rows).toHaveLength(0)
})

test('a backfill without an install is refused, with the command to type', async () => {
  expect(await cli.run(['backfill'])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/✗ MIGRATION\.NOT_INSTALLED: .*\n {2}Fix: Run: changeover install crm/),
  })
})

test('invalid enum values and dates are counted by plan, quarantined by backfill, and recovered by a retry', async () => {
  await cli.pool.query(
    `insert into customer (name, grade, born) values ('bronze', 'bronze', null), ('soon', 'gold', 'soon')`,
  )
  const planned = await cli.run(['plan', '--json'])
  expect(planned.code).toBe(4)
  const { result }: { result: Plan } = JSON.parse(planned.stdout)
  expect(result.brokenRows).toBe(2)

  await cli.run(['install'], legacyLeads)
  const filled = await cli.run(['backfill', '--max-quarantined', '50'])
  expect(filled).toMatchObject({ code: 4, stdout: expect.stringContaining('changeover quarantine crm') })

  const listed = await cli.run(['quarantine'])
  expect(listed.code).toBe(4)
  expect(listed.stdout).toMatch(/│ Customer │ 10 +│ map-values\(grade\) │/)
  expect(listed.stdout).toMatch(/│ Customer │ 11 +│ cast\(born\) +│/)

  await cli.pool.query(`update customer set grade = 'gold', born = null`)
  const retried = await cli.json<{ total: number; mappings: QuarantineOf[] }>(['quarantine', '--retry'])
  expect(retried).toMatchObject({ total: 0, mappings: [{ retry: { tried: 2, recovered: 2 } }, {}] })
})

test('verify names each finding, counts it under its field, and ends with exit code 4', async () => {
  await fill()
  await cli.pool.query(`update party set title = 'changed' where title = 'customer 3'`)
  await cli.pool.query(`delete from party where title = 'invoice 5'`)
  const verified = await cli.run(['verify', '--verbose'])
  expect(verified.code).toBe(4)
  expect(verified.stdout).toContain(`Customer 3 title: 'changed' instead of 'customer 3'`)
  expect(verified.stdout).toContain('Invoice 5: no target row')
  expect(verified.stdout).toMatch(/│ Customer +│ 9 +│ 9 +│ 0 +│ 1 +│\n│ Invoice +│ 5 +│ 4 +│ 1 +│ 0 +│/)
  const { findings } = await cli.json<Verification>(['verify'])
  expect(findings).toHaveLength(2)
})

test('a report leaves the numbered checks out when only the report is asked for', async () => {
  await fill()
  const { stdout } = await cli.run(['verify', '--report-only'])
  expect(stdout).toContain('SUMMARY REPORT')
  expect(stdout).not.toContain('Checking Customer')
})

test('an empty legacy table is no proof: exit code 5', async () => {
  await cli.pool.query('delete from invoice')
  await fill()
  expect(await cli.run(['verify'])).toMatchObject({
    code: 5,
    stdout: expect.stringContaining('no row of invoice was read'),
  })
})

test('held values pass where the target leads, and are findings in strict mode', async () => {
  await fill()
  await cli.pool.query(`update party set grade = 'AA' where title = 'customer 2'`)
  expect((await cli.run(['verify'])).code).toBe(4)
  await cli.pool.query(targetLeads)
  expect(await cli.run(['verify'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/USE_TARGET_MODEL: True[^]*1 held by one side/),
  })
  expect((await cli.run(['verify', '--strict'])).code).toBe(4)
  expect((await cli.run(['verify'], { MIGRATION_STRICT_MODE: 'true' })).code).toBe(4)
})

test('backfill is declined while the target leads: exit code 3', async () => {
  await cli.run(['install'])
  await cli.pool.query(targetLeads)
  expect(await cli.run(['backfill'])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('MIGRATION.PHASE_FORBIDS'),
  })
})

test('flags that differ from the stored phase are a warning, in strict mode a refusal', async () => {
  await fill()
  const flags = { USE_TARGET_MODEL: '1', DUAL_WRITE_ENABLED: '1', LEGACY_MODELS_READONLY: '1' }
  expect(await cli.run(['verify'], flags)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('USE_TARGET_MODEL: False'),
    stderr: expect.stringContaining(
      '! The flags of crm mean target-leads, but its stored phase is legacy-leads',
    ),
  })
  const strict = { ...flags, MIGRATION_STRICT_MODE: '1' }
  expect(await cli.run(['verify'], strict)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('ROLLOUT.FLAGS_REFUSED'),
  })
})

test('status tells the phase, what is in the way and what to do next', async () => {
  await cli.pool.query('alter table customer rename column grade to level')
  const status = await cli.json<Status>(['status'])
  expect(status).toMatchObject({ flags: { phase: { name: 'legacy-only' } }, verification: null })
  expect(status.next.why).toContain('grade')
})

test('uninstall asks for a confirmation, then removes the bookkeeping', async () => {
  await fill()
  expect(await cli.run(['uninstall'])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('changeover uninstall crm --yes'),
  })
  expect(await cli.run(['uninstall', '--yes'])).toMatchObject({ code: 0 })
  const { rows } = await cli.pool.query(`select from pg_namespace where nspname = 'changeover'`)
  expect(rows).toHaveLength(0)
})

test('docs prints the field mappings without a database', async () => {
  const { code, stdout } = await cli.run(['docs'], { DATABASE_URL: undefined })
  expect(code).toBe(0)
  expect(stdout).toMatch(/^# Field mappings of crm\n\n## Customer\n/)
})
