import { createTestDatabase, type TestDatabase } from '@changeover/embedded-postgres/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCrmCli, type CrmCli } from './cli.fixture.ts'
import { crmTables } from './crm-config.fixture.ts'
import { jsonCommands } from './json/document-shape.ts'

const waived = ['--waive', 'shadow-agrees', 'healthy', 'proxies-indexed', '--reason', 'a test']
const untilNow = ['--unused-for', '0']

/** One life of a migration, with something of everything: what cannot be mapped, what differs, the way back, the end. */
const life: readonly (readonly string[])[] = [
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
  ['restore', '--from', 'backup', '--to', 'another database'],
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
  ['report', '--to', 'evidence'],
  ['watch'],
  ['uninstall', '--yes'],
]

let cli: CrmCli
let proof: TestDatabase
const printed = new Set<string>()

beforeAll(async () => {
  cli = await createCrmCli()
  proof = await createTestDatabase()
  await proof.pool().query(crmTables)
})
afterAll(async () => {
  await proof.drop()
  await cli.close()
})

/** What happens to the data before a command, so that it has something to tell. */
const before: Readonly<Record<string, string>> = {
  audit: `insert into customer (name, grade) values ('b', 'bronze')`,
  'quarantine --retry': `update customer set grade = 'gold' where grade = 'bronze'`,
  'verify --fix': `update party set title = 'changed' where title = 'customer 3'`,
}

// One after the other: each goes on where the one before has left the migration.
test.each(life.map((args) => [args.join(' '), args] as const))(
  '%s prints what docs/json says',
  async (line, args) => {
    const happens = before[line]
    if (happens !== undefined) await cli.pool.query(happens)
    const given = args.map((each) => (each === 'another database' ? proof.url : each))
    // The fixture holds the document against its schema.
    const { stdout } = await cli.run([...given, '--json'])
    const { command, failure } = JSON.parse(stdout)
    expect(failure).toBeUndefined()
    printed.add(command)
  },
)

test('every command was among them', () => {
  // The phase of the environment, and a running API, have tests of their own.
  expect([...printed, 'phase set', 'smoke'].toSorted()).toEqual([...jsonCommands].toSorted())
})

test('a refusal is what docs/json says, and so is a move by the environment', async () => {
  const fresh = await createCrmCli()
  const refused = await fresh.run(['backfill', '--json'])
  expect(JSON.parse(refused.stdout)).toMatchObject({
    exitCode: 2,
    failure: { code: 'MIGRATION.NOT_INSTALLED' },
  })
  await fresh.run(['install'])
  const moved = await fresh.run(['phase', 'set', '--from-env', '--json'], { DUAL_WRITE_ENABLED: '1' })
  expect(JSON.parse(moved.stdout)).toMatchObject({ command: 'phase set', exitCode: 0 })
  await fresh.close()
})
