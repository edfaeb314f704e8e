import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { profiles, type CheckResult } from '@changeover/migration'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCrmCli, type CrmCli } from './cli.fixture.ts'
import { profileChoices } from './commands/preflight.ts'

let cli: CrmCli

beforeEach(async () => {
  cli = await createCrmCli()
})
afterEach(() => cli.close())

const waived = ['--waive', 'shadow-agrees', 'healthy', 'proxies-indexed', '--reason', 'a test']
const production = {
  USE_TARGET_MODEL: '1',
  DUAL_WRITE_ENABLED: '0',
  LEGACY_MODELS_READONLY: '1',
  NODE_ENV: 'production',
  DEBUG: '0',
}

const fine = async (...args: readonly string[]) => expect(await cli.run(args)).toMatchObject({ code: 0 })
const toTargetOnly = async () => {
  await fine('install')
  await fine('phase', 'advance')
  await fine('backfill')
  await fine('install')
  await fine('verify')
  await fine('phase', 'advance', ...waived)
  await fine('verify')
  await fine('phase', 'advance', ...waived)
}

const preflight = async (profile: string, environment = {}, ...args: readonly string[]) => {
  const { code, stdout } = await cli.run(['preflight', '--profile', profile, '--json', ...args], environment)
  const { result }: { result: { checks: readonly CheckResult[] } } = JSON.parse(stdout)
  const named = (outcome: string) =>
    result.checks.filter((each) => each.outcome === outcome).map(({ name }) => name)
  return {
    code,
    checks: result.checks,
    pass: named('pass'),
    fail: named('fail'),
    absent: named('not-applicable'),
  }
}

test('help offers every profile that there is', () => {
  expect(profileChoices).toEqual(profiles)
})

test('where nothing is installed nothing of it passes, and the command ends with 1', async () => {
  const { code, fail, pass } = await preflight('production')
  expect(code).toBe(1)
  expect(fail).toEqual(
    expect.arrayContaining([
      'legacy-migrated',
      'verified',
      'backup-restorable',
      'flags',
      'installed',
      'calendar',
    ]),
  )
  expect(pass).toEqual(['tables-private', 'tables'])
})

test('before a deployment the tests, the data and a restored backup count; what legacy still does does not apply', async () => {
  await fine('install')
  await fine('phase', 'advance')
  await fine('backfill')
  await fine('install')
  await fine('verify')
  writeFileSync(join(cli.folder, 'report.json'), JSON.stringify({ numTotalTests: 100, numPassedTests: 95 }))
  const environment = { DUAL_WRITE_ENABLED: '1', NODE_ENV: 'production' }
  const before = await preflight('before-deploy', environment, '--tests', 'report.json')
  expect(before.fail).toEqual(['tests', 'backup-restorable', 'role-limited'])
  writeFileSync(join(cli.folder, 'report.json'), JSON.stringify({ numTotalTests: 100, numPassedTests: 96 }))
  await fine('contract', 'backup-restored', '--note', 'a test')
  const after = await preflight('before-deploy', environment, '--tests', 'report.json')
  expect(after.fail).toEqual(['role-limited'])
  expect(after.pass).toEqual(
    expect.arrayContaining([
      'tests',
      'legacy-migrated',
      'verified',
      'backup-restorable',
      'flags',
      'installed',
    ]),
  )
  expect(after.absent).toEqual(
    expect.arrayContaining(['legacy-unused', 'legacy-read-only', 'crud', 'feedback', 'calendar']),
  )
  expect((await preflight('before-deploy', environment)).fail).toContain('tests')
})

test('in production what was proven on the way counts, and each flag, setting and grant that is off is named', async () => {
  await toTargetOnly()
  const sound = await preflight('production', production)
  expect(sound.fail).toEqual([
    'backup-restorable',
    'legacy-unused',
    'role-limited',
    'api-flags',
    'calendar',
    'api-secured',
  ])
  expect(sound.checks.find(({ name }) => name === 'verified')?.evidence).toMatch(
    /^open at .*, on the way to target-only$/,
  )
  await cli.pool.query(
    'grant select on party to public; alter table customer disable trigger changeover_crm_update',
  )
  const broken = await preflight('production', { ...production, DUAL_WRITE_ENABLED: '1', DEBUG: 'app:*' })
  expect(broken.fail.filter((name) => !sound.fail.includes(name))).toEqual([
    'legacy-read-only',
    'flags',
    'debug-off',
    'tables-private',
    'installed',
  ])
  for (const { problems } of broken.checks) for (const { fix } of problems) expect(fix).not.toBe('')
})

test('before legacy is archived its last use counts', async () => {
  await toTargetOnly()
  const { fail } = await preflight('before-contract', production, '--unused-for', '0')
  expect(fail).toEqual(['backup-restorable', 'role-limited'])
  expect((await preflight('before-contract', production)).fail).toContain('legacy-unused')
  await cli.pool.query('create view reader as select * from customer')
  const { checks } = await preflight('before-contract', production, '--unused-for', '0')
  expect(checks.find(({ name }) => name === 'legacy-unused')?.problems[0]?.message).toContain('view reader')
})

test('as text each failure stands with its remedy', async () => {
  const { code, stdout } = await cli.run(['preflight', '--profile', 'before-contract'])
  expect(code).toBe(1)
  expect(stdout).toMatch(/^Preflight of crm: before-contract\n✗ legacy-migrated/)
  expect(stdout).toMatch(
    /✗ debug-off .*\n {4}MIGRATION\.SETTING_UNSAFE: .*\n {6}Fix: .*export NODE_ENV=production$/m,
  )
})
