import { phaseNames } from '@changeover/rollout'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createCrmCli, type CrmCli } from './cli.fixture.ts'
import { phaseChoices } from './commands/phase.ts'

// Every command is a process of its own, perhaps on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let cli: CrmCli

beforeEach(async () => {
  cli = await createCrmCli()
  expect(await cli.run(['install'])).toMatchObject({ code: 0 })
})
afterEach(() => cli.close())

const fine = async (...args: readonly string[]) => {
  const ended = await cli.run(args)
  expect({ args, code: ended.code, said: ended.code === 0 ? '' : ended.stderr }).toEqual({
    args,
    code: 0,
    said: '',
  })
  return ended.stdout
}
const waived = ['--waive', 'shadow-agrees', 'healthy', 'proxies-indexed', '--reason', 'a test']

test('help offers every phase that there is', () => {
  expect(phaseChoices).toEqual(phaseNames)
})

test('backfill is declined before dual write is on, and says how to turn it on', async () => {
  expect(await cli.run(['backfill'])).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(
      /MIGRATION\.DUAL_WRITE_OFF[^]*changeover phase advance crm --to legacy-leads/,
    ),
  })
  await fine('phase', 'advance', 'crm', '--to', 'legacy-leads')
  await fine('backfill')
})

test('the whole life: forward, an emergency back, forward to target-only, and all the way back', async () => {
  await fine('phase', 'advance', '--reason', 'begin')
  await fine('backfill')
  await fine('install')
  const declined = await cli.run(['phase', 'advance'])
  expect(declined).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/GATES_CLOSED[^]*certificate-fresh: Run: changeover verify crm/),
  })
  await fine('verify')
  expect(await fine('phase', 'advance', ...waived)).toContain('✓ crm is in target-leads, epoch 3')
  await cli.pool.query(
    `insert into party (kind, title, grade) values ('customer', 'born on the target', 'A')`,
  )
  await fine('verify')
  expect(await fine('phase', 'rollback', '--emergency')).toContain('✓ crm is in legacy-leads, epoch 4')
  const { rows } = await cli.pool.query(`select name from customer where id > 9`)
  expect(rows).toEqual([{ name: 'born on the target' }])
  await fine('verify')
  await fine('phase', 'advance', ...waived)
  await fine('verify')
  await fine('phase', 'advance', ...waived)
  await cli.pool.query(`update party set title = 'late' where title = 'customer 1'`)
  const rehearsed = await fine('phase', 'rollback', '--dry-run')
  expect(rehearsed).toMatch(
    /Customer: 10 rows tried, 1 would be written to legacy, 0 could not be given back/,
  )
  expect(rehearsed).toMatch(/Estimated time: /)
  expect(await fine('phase', 'rollback')).toContain('✓ Legacy caught up: 1 rows written')
  await fine('verify')
  await fine('phase', 'rollback')
  expect(await fine('phase', 'show')).toMatch(
    /crm is in legacy-leads, epoch 8[^]*flip legacy-only → legacy-leads, epoch 2.*: begin/,
  )
})

test('a rehearsal names the rows and fields that legacy cannot hold', async () => {
  await fine('phase', 'advance')
  await fine('backfill')
  await fine('verify')
  await fine('phase', 'advance', ...waived)
  await fine('verify')
  await fine('phase', 'advance', ...waived)
  await cli.pool.query(`update party set grade = 'Z' where title = 'customer 6'`)
  const rehearsed = await cli.run(['phase', 'rollback', '--dry-run'])
  expect(rehearsed.stdout).toMatch(/1 could not be given back \(.*grade.*\)\n {4}Customer 6: /)
  const { result } = JSON.parse((await cli.run(['phase', 'rollback', '--dry-run', '--json'])).stdout)
  expect(result.rehearsal.mappings[0].lost).toEqual([expect.objectContaining({ key: ['6'] })])
})

test('plan and a dry run print gates and steps, change nothing, and end with 3 while a gate is closed', async () => {
  const planned = await cli.run(['phase', 'plan'])
  expect(planned).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/✓ capture-installed[^]*Steps:\n {2}1\. begin/),
  })
  await fine('phase', 'advance')
  const dry = await cli.run(['phase', 'advance', '--dry-run'])
  expect(dry).toMatchObject({
    code: 3,
    stdout: expect.stringMatching(/✗ shadow-agrees \(closed\)[^]*--waive shadow-agrees/),
  })
  expect(await fine('phase', 'show')).toContain('legacy-leads, epoch 2')
})

test('an operator who looked at an older epoch is refused', async () => {
  await fine('phase', 'advance')
  expect(await cli.run(['phase', 'rollback', '--expected-epoch', '1'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('ROLLOUT.EPOCH_MOVED'),
  })
})

test('a move the other way is refused with the command that does it', async () => {
  expect(await cli.run(['phase', 'rollback', '--to', 'legacy-leads'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('changeover phase advance crm --to legacy-leads'),
  })
  expect(await cli.run(['phase', 'rollback'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('MIGRATION.PHASE_LAST'),
  })
})

test('the environment moves the phase only when it is told to', async () => {
  const environment = { DUAL_WRITE_ENABLED: 'true' }
  const differs = await cli.run(['flags', 'check'], environment)
  expect(differs).toMatchObject({ code: 4, stdout: expect.stringContaining('ROLLOUT.FLAGS_DISAGREE') })
  expect(differs.stdout).toMatch(
    /│ legacy-only .*│ stored │\n│ legacy-leads .*DUAL_WRITE_ENABLED=true.*│ flags +│/,
  )
  expect(await cli.run(['phase', 'set', '--from-env'], environment)).toMatchObject({ code: 0 })
  expect(await cli.run(['flags', 'check'], environment)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('✓ The flags and the stored phase agree: legacy-leads.'),
  })
  expect(await cli.run(['flags', 'check'], { USE_TARGET_MODEL: 'true' })).toMatchObject({
    code: 4,
    stdout: expect.stringContaining('ROLLOUT.FLAGS_CONTRADICT'),
  })
})

test('legacy is read-only for every client while the target leads, and flags check finds where it is not', async () => {
  await fine('phase', 'advance')
  await fine('backfill')
  await fine('verify')
  await fine('phase', 'advance', ...waived)
  await expect(cli.pool.query(`update customer set name = 'direct' where id = 1`)).rejects.toMatchObject({
    code: 'UC104',
    hint: expect.stringContaining('changeover_legacy.customer'),
  })
  const environment = {
    USE_TARGET_MODEL: 'true',
    DUAL_WRITE_ENABLED: 'true',
    LEGACY_MODELS_READONLY: 'true',
  }
  expect(await cli.run(['flags', 'check'], environment)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('direct writes refused'),
  })
  await cli.pool.query('alter table customer disable trigger changeover_crm_update')
  expect(await cli.run(['flags', 'check'], environment)).toMatchObject({
    code: 4,
    stdout: expect.stringMatching(/DUAL_WRITE\.TRIGGER_DISABLED.*changeover_crm_update/),
  })
})

test('a call that commander cannot understand is told which command it was', async () => {
  expect(await cli.run(['phase', 'plan', '--towards', 'x'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('changeover phase plan --help'),
  })
})
