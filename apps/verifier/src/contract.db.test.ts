import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createCrmCli, type CrmCli } from './cli.fixture.ts'

// Every command is a process of its own, perhaps on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let cli: CrmCli

beforeEach(async () => {
  cli = await createCrmCli()
  expect(await cli.run(['install'])).toMatchObject({ code: 0 })
  await cli.pool.query(`update changeover.phase set phase = 'target-only', epoch = 4, version = 4, target_has_led = true,
    legacy_stale = true, fenced_at = clock_timestamp()`)
})
afterEach(() => cli.close())

test('FM-59, FM-64 the end of legacy: declined without proof, archived, no way back, restored, archived again, dropped', async () => {
  const confirmed = ['contract', 'archive', 'crm', '--confirm', 'crm', '--unused-for', '0']
  const early = await cli.run(['contract', 'archive'])
  expect(early).toMatchObject({ code: 3, stderr: expect.stringContaining('GATES_CLOSED') })
  for (const command of [
    'changeover contract show crm',
    'changeover contract backup-restored crm',
    'changeover contract archive crm --confirm crm',
  ])
    expect(early.stderr).toContain(command)

  expect(await cli.run(['contract', 'show', '--unused-for', '0'])).toMatchObject({
    code: 3,
    stdout: expect.stringMatching(/✓ legacy-unused[^]*✗ backup-restorable/),
  })
  expect(await cli.run(['contract', 'backup-restored', '--note', 'dump of tonight'])).toMatchObject({
    code: 0,
  })
  expect(await cli.run(confirmed)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /✓ crm is in contracted[^]*public\.customer: archived at changeover_archive_crm_public\.customer/,
    ),
  })

  for (const args of [['phase', 'rollback'], ['verify']])
    expect({ args, ...(await cli.run(args)) }).toMatchObject({
      args,
      code: 3,
      stderr: expect.stringMatching(/MIGRATION\.CONTRACTED[^]*changeover_archive_crm_public\.customer/),
    })
  expect(await cli.run(['status'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Next: changeover contract show crm'),
  })

  expect(await cli.run(['contract', 'restore'])).toMatchObject({
    code: 0,
    stderr: expect.not.stringContaining('✗'),
  })
  expect((await cli.pool.query('select from customer')).rowCount).toBe(9)
  expect(await cli.run(confirmed)).toMatchObject({ code: 0 })
  expect(await cli.run(['contract', 'drop'])).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('--confirm crm'),
  })
  expect(await cli.run(['contract', 'drop', '--confirm', 'crm'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('public.invoice: dropped'),
  })
})
