import type { Audit } from '@changeover/migration'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCrmCli, type CrmCli } from './cli.fixture.ts'

let cli: CrmCli

beforeEach(async () => {
  cli = await createCrmCli()
})
afterEach(() => cli.close())

test('sound legacy data ends with 0, before anything is installed', async () => {
  const { code, stdout } = await cli.run(['audit'])
  expect(stdout).toContain('│ customer │ legacy │ 9 ')
  expect(stdout).toMatch(/✓ Nothing is wrong with the legacy data\.\n$/)
  expect(code).toBe(0)
})

test('defects end with 4, named with their values and counts, as text and as data', async () => {
  await cli.pool.query(
    `insert into customer (name, grade) values ('ten', 'Bronze'), ('eleven', 'Bronze');
     alter table invoice drop constraint invoice_customer_id_fkey; insert into invoice (title, customer_id) values ('lost', 99)`,
  )
  const { code, stdout } = await cli.run(['audit'])
  expect(stdout).toContain('grade = "Bronze": 2')
  expect(stdout).toMatch(/✗ orphaned: 1 rows of invoice refer by customer_id .* customer .*\(first: 99\)/)
  expect(stdout).toMatch(/✗ 2 defects found\.\n$/)
  expect(code).toBe(4)
  const { verdict, findings } = await cli.json<Audit>(['audit'])
  expect({ verdict, rows: findings.map(({ rows }) => rows) }).toEqual({ verdict: 'findings', rows: [2, 1] })
})

test('what cannot be read ends with 5', async () => {
  await cli.pool.query('drop table invoice')
  expect(await cli.run(['audit'])).toMatchObject({
    code: 5,
    stdout: expect.stringContaining('Not everything could be read.'),
  })
})
