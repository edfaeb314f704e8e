import { beat } from '@changeover/rollout'
import { createPoolDatabase } from '@changeover/database'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCrm, crm, type CrmFixture } from '../crm.fixture.ts'
import { install } from '../install.ts'
import { phaseOf } from '../phase-of.ts'
import type { NodeTime } from './clock-checks.ts'
import { doctor } from './doctor.ts'
import { nodeOffsetMinutes } from './node-offset.ts'

const time: NodeTime = { now: Date.now, offsetMinutes: nodeOffsetMinutes }
let fixture: CrmFixture

beforeEach(async () => {
  fixture = await createCrm()
  await install(fixture.database, crm)
})
afterEach(() => fixture.close())

const findings = async (given: Partial<NodeTime> = {}) => {
  const results = await doctor(fixture.database, crm, { time: { ...time, ...given } })
  return results.flatMap(({ name, problems }) =>
    problems.map(({ code, message, fix }) => ({ name, code, message, fix })),
  )
}

test('a sound installation passes every check, and each says what was seen', async () => {
  const results = await doctor(fixture.database, crm, { time })
  expect(results.map(({ name, outcome, problems }) => ({ name, outcome, problems }))).toEqual(
    [
      'connection',
      'version',
      'extensions',
      'privileges',
      'tables',
      'installed',
      'locks',
      'long-transactions',
      'instances',
      'clock',
      'time-zones',
    ].map((name) => ({ name, outcome: 'pass', problems: [] })),
  )
  for (const { evidence } of results) expect(evidence).not.toBe('')
})

test('before an install what is missing is named with the command, and nobody takes part', async () => {
  const empty = await createCrm()
  const results = await doctor(empty.database, crm, { time })
  expect(results.find(({ name }) => name === 'installed')).toMatchObject({
    outcome: 'fail',
    problems: expect.arrayContaining([expect.objectContaining({ fix: 'Run: changeover install crm' })]),
  })
  expect(results.find(({ name }) => name === 'instances')?.outcome).toBe('not-applicable')
  await empty.close()
})

test('a trigger that was switched off, a view that was dropped and a column that was renamed are found', async () => {
  await fixture.database.query('alter table customer disable trigger changeover_crm_update')
  await fixture.database.query('drop view changeover_legacy.invoice')
  const found = await findings()
  expect(found.filter(({ name }) => name === 'installed').map(({ message }) => message)).toEqual([
    expect.stringContaining('changeover_crm_update'),
    expect.stringContaining('the view "changeover_legacy"."invoice" is missing'),
  ])
  await fixture.database.query('alter table party rename column born to birthday')
  expect(await findings()).toContainEqual(
    expect.objectContaining({ name: 'tables', message: expect.stringContaining('born') }),
  )
})

test('who waits for a lock is found with who holds it', async () => {
  const other = createPoolDatabase({ url: fixture.url })
  let waited: Promise<unknown> = Promise.resolve()
  await fixture.database.transaction(async (tx) => {
    await tx.query('lock table customer in access exclusive mode')
    waited = other.query('select count(*) from customer')
    await until(
      `select from pg_locks l join pg_stat_activity a using (pid) where not granted and datname = current_database()`,
    )
    const found = await findings()
    expect(found).toContainEqual(
      expect.objectContaining({
        code: 'MIGRATION.LOCK_AWAITED',
        message: expect.stringContaining('(customer)'),
        fix: expect.stringMatching(/pg_terminate_backend\(pid\) FROM unnest\(ARRAY\[\d+\]\)/),
      }),
    )
    // Of what is locked nothing is said that was not read.
    expect(found).toContainEqual(
      expect.objectContaining({
        name: 'installed',
        message: expect.stringContaining('could not be read: somebody else holds a lock'),
      }),
    )
  })
  await waited
  await other.close()
})

test('a transaction that stays open is found with the statement that ends it', async () => {
  const short = await doctor(fixture.database, crm, { time, longTransactionSeconds: 0 })
  expect(short.find(({ name }) => name === 'long-transactions')?.outcome).toBe('pass')
  const other = createPoolDatabase({ url: fixture.url })
  await other.transaction(async (tx) => {
    const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid')
    const results = await doctor(fixture.database, crm, { time, longTransactionSeconds: 0 })
    expect(results.find(({ name }) => name === 'long-transactions')?.problems).toEqual([
      expect.objectContaining({
        code: 'MIGRATION.TRANSACTION_LONG',
        fix: expect.stringContaining(`pg_terminate_backend(${rows[0]?.pid})`),
      }),
    ])
  })
  await other.close()
})

test('a process that is silent, and one that acts by another phase, are found', async () => {
  const stored = await phaseOf(fixture.database, crm.name)
  const heartbeat = {
    migration: 'crm',
    build: 'b1',
    mappingHash: 'h',
    phase: 'legacy-only',
    epoch: stored?.epoch ?? '',
  } as const
  await beat(fixture.database, { ...heartbeat, instance: 'gone' })
  await fixture.database.query(
    `update changeover.instance set seen_at = clock_timestamp() - interval '5 minutes'`,
  )
  await beat(fixture.database, { ...heartbeat, instance: 'lagging', epoch: '0' })
  expect(await findings()).toEqual([
    expect.objectContaining({
      code: 'MIGRATION.INSTANCE_SILENT',
      fix: expect.stringContaining(`instance = 'gone'`),
    }),
    expect.objectContaining({
      code: 'MIGRATION.INSTANCE_STALE',
      message: expect.stringContaining('lagging'),
    }),
  ])
})

test('a clock that is off, and time-zone data of another year, are found', async () => {
  expect(await findings({ now: () => Date.now() + 60_000 })).toEqual([
    expect.objectContaining({ code: 'MIGRATION.CLOCKS_DIFFER', fix: expect.stringContaining('set-ntp') }),
  ])
  // As it was before Mexico gave summer time up.
  const old: NodeTime['offsetMinutes'] = (zone, at) =>
    zone === 'America/Mexico_City' && at === Date.UTC(2026, 6, 15) ? -300 : nodeOffsetMinutes(zone, at)
  expect(await findings({ offsetMinutes: old })).toEqual([
    expect.objectContaining({
      code: 'MIGRATION.ZONES_DIFFER',
      message:
        'On 2026-07-15 America/Mexico_City is -300 minutes from UTC for Node and -360 minutes from UTC for PostgreSQL.',
    }),
  ])
})

test('what a restricted user cannot see has not passed', async () => {
  const role = `doctor_${process.pid}`
  await fixture.database.query(`create role ${role} login password 'secret'`)
  const url = new URL(fixture.url)
  url.username = role
  url.password = 'secret'
  const restricted = createPoolDatabase({ url: url.href })
  try {
    const results = await doctor(restricted, crm, { time })
    const failed = results.filter(({ outcome }) => outcome === 'fail').map(({ name }) => name)
    expect(failed).toEqual(expect.arrayContaining(['privileges', 'installed', 'instances']))
  } finally {
    await restricted.close()
    await fixture.database.query(`drop role ${role}`)
  }
})

async function until(sql: string): Promise<void> {
  for (;;) {
    const { rowCount } = await fixture.database.query(sql)
    if (rowCount > 0) return
  }
}
