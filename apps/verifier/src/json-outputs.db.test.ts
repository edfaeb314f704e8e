import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { expect, test } from 'vitest'
import { createCrmCli } from './cli.fixture.ts'
import { crmTables } from './crm-config.fixture.ts'
import { jsonCommands } from './json/document-shape.ts'

const waived = ['--waive', 'shadow-agrees', 'healthy', 'proxies-indexed', '--reason', 'a test']
const untilNow = ['--unused-for', '0']

/** One life of a migration, with something of everything: what cannot be mapped, what differs, the way back, the end. */
const life = (proof: string): readonly (readonly string[])[] => [
  ['audit'],
  ['plan'],
  ['install'],
  ['phase', 'plan'],
  ['phase', 'advance', '--dry-run'],
  ['phase', 'advance'],
  ['backfill', '--max-quarantined', '50'],
  ['quarantine'],
  ['quarantine', '--retry'],
  ['verify', '--fix'],
  ['undo', '1'],
  ['verify', '--fix'],
  ['phase', 'read-share', '--percent', '0'],
  ['install'],
  ['verify'],
  ['phase', 'advance', ...waived],
  ['flags', 'check'],
  ['status'],
  ['verify'],
  ['phase', 'rollback', '--dry-run'],
  ['phase', 'advance', ...waived],
  ['phase', 'rollback'],
  ['verify'],
  ['phase', 'advance', ...waived],
  ['backup', '--to', 'backup'],
  ['restore', '--from', 'backup', '--to', proof],
  ['contract', 'show', ...untilNow],
  ['contract', 'backup-restored', '--note', 'a test'],
  ['contract', 'archive', '--confirm', 'crm', ...untilNow],
  ['contract', 'show'],
  ['contract', 'restore'],
  ['contract', 'drop', '--confirm', 'crm'],
  ['phase', 'show'],
  ['doctor'],
  ['preflight', '--profile', 'before-contract'],
  ['docs'],
  ['watch'],
  ['uninstall', '--yes'],
]

test('what each command prints in the life of a migration is what docs/json says', async () => {
  const cli = await createCrmCli()
  const proof = await createTestDatabase()
  const proofPool = proof.pool()
  await proofPool.query(crmTables)
  const printed = new Set<string>()
  try {
    for (const args of life(proof.url)) {
      if (args[0] === 'audit')
        await cli.pool.query(`insert into customer (name, grade) values ('b', 'bronze')`)
      if (args[1] === '--retry')
        await cli.pool.query(`update customer set grade = 'gold' where grade = 'bronze'`)
      if (args[1] === '--fix')
        await cli.pool.query(`update party set title = 'changed' where title = 'customer 3'`)
      // The fixture holds the document against its schema.
      const { stdout } = await cli.run([...args, '--json'])
      const { command, result, failure } = JSON.parse(stdout)
      expect({ args, failure }).toEqual({ args })
      if (result !== undefined) printed.add(command)
    }
  } finally {
    await proof.drop()
    await cli.close()
  }
  // The phase of the environment, and a running API, have tests of their own.
  expect([...printed, 'phase set', 'smoke'].toSorted()).toEqual([...jsonCommands].toSorted())
})

test('a refusal is what docs/json says, and so is a move by the environment', async () => {
  const cli = await createCrmCli()
  const refused = await cli.run(['backfill', '--json'])
  expect(JSON.parse(refused.stdout)).toMatchObject({
    exitCode: 2,
    failure: { code: 'MIGRATION.NOT_INSTALLED' },
  })
  await cli.run(['install'])
  const moved = await cli.run(['phase', 'set', '--from-env', '--json'], { DUAL_WRITE_ENABLED: '1' })
  expect(JSON.parse(moved.stdout)).toMatchObject({ command: 'phase set', exitCode: 0 })
  await cli.close()
})
