import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCrmCli, type CrmCli } from './cli.fixture.ts'

let cli: CrmCli

beforeEach(async () => {
  cli = await createCrmCli()
  expect(await cli.run(['install'])).toMatchObject({ code: 0 })
})
afterEach(() => cli.close())

test('a sound installation ends with 0, and each check tells what was seen', async () => {
  const { code, stdout } = await cli.run(['doctor'])
  expect({ code, failed: stdout.match(/^✗.*/gm) }).toEqual({ code: 0, failed: null })
  expect(stdout).toMatch(/^✓ version +PostgreSQL is new enough \(PostgreSQL \d/m)
  expect(stdout).toMatch(/✓ Nothing is wrong: 11 pass, 0 do not apply\.\n$/)
})

test('a finding ends with 4, and its remedy heals it', async () => {
  await cli.pool.query('drop view changeover_legacy.invoice')
  const found = await cli.run(['doctor'])
  expect(found.code).toBe(4)
  expect(found.stdout).toMatch(
    /^✗ installed .*\n {4}MIGRATION\.STEP_OPEN: .*invoice.*\n {6}Fix: Run: changeover install crm$/m,
  )
  await cli.run(['install'])
  expect((await cli.run(['doctor'])).code).toBe(0)
})
