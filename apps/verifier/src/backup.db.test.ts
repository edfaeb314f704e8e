import { createTestDatabase, type TestDatabase } from '@changeover/embedded-postgres/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCrmCli, type CrmCli } from './cli.fixture.ts'
import { crmTables } from './crm-config.fixture.ts'

let cli: CrmCli
let other: TestDatabase

beforeEach(async () => {
  cli = await createCrmCli()
  other = await createTestDatabase()
})
afterEach(async () => {
  await cli.close()
  await other.drop()
})

test('a backup is written by one command, and proven on another database and recorded by another', async () => {
  await other.pool().query(crmTables)
  await cli.run(['install'])
  const written = await cli.run(['backup', '--to', 'today'])
  expect(written).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('│ public.customer.csv │ 9    │'),
  })
  const restored = await cli.run(['restore', '--from', 'today', '--to', other.url])
  expect(restored).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /✓ Restored the backup of .*: 3 tables, 14 rows, counts and checksums equal\. It is recorded\./,
    ),
  })
  const { rows } = await cli.pool.query('select migration, note from changeover.restored_backup')
  expect(rows).toEqual([
    { migration: 'crm', note: expect.stringMatching(/3 tables, 14 rows, checksums equal$/) },
  ])
  const titles = `select string_agg(title, ',' order by id) as titles from invoice`
  expect((await other.pool().query(titles)).rows).toEqual((await cli.pool.query(titles)).rows)
})

test('a database that has rows, and a folder that is taken, are refused', async () => {
  await other.pool().query(crmTables)
  await cli.run(['backup', '--to', 'today'])
  const { code, stderr } = await cli.run(['restore', '--from', 'today', '--to', cli.url])
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('has rows already') })
  expect(await cli.run(['backup', '--to', 'today'])).toMatchObject({ code: 2 })
})
