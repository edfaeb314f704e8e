import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCrmCli, type CrmCli, type Ended } from './cli.fixture.ts'
import { startOldServer } from './old-server.fixture.ts'

const legacyLeads = { DUAL_WRITE_ENABLED: 'true' }
let cli: CrmCli

beforeEach(async () => {
  cli = await createCrmCli()
})
afterEach(() => cli.close())

const parties = async () => (await cli.pool.query('select from party')).rowCount

/** What a failed command must be: nothing on stdout, a code, a fix, and no stack. */
const expectFailure = ({ code, stdout, stderr }: Ended, failure: string, text: string | RegExp) => {
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(`✗ ${failure}: `)
  expect(stderr).toMatch(text)
  expect(stderr).toMatch(/\n {2}Fix: .+/)
  expect(stderr).not.toMatch(/\n\s+at /)
}

test('a server that does not answer is named with its address, never with the password', async () => {
  const ended = await cli.run(['status'], { DATABASE_URL: 'postgres://me:s3cret@127.0.0.1:9/none' })
  expectFailure(ended, 'DATABASE.UNREACHABLE', /127\.0\.0\.1:9/)
  expect(ended.stderr).not.toContain('s3cret')
})

test('the process ends with the exit code of its command, and says the same', async () => {
  const ended = await cli.start(['backfill']).ended
  expectFailure(ended, 'MIGRATION.NOT_INSTALLED', /changeover install crm/)
})

test('a URL that is none, a wrong password and an unknown database are told apart', async () => {
  const url = new URL(cli.url)
  expectFailure(
    await cli.run(['status'], { DATABASE_URL: 'localhost:5432' }),
    'DATABASE.URL_INVALID',
    /postgres:\/\//,
  )
  url.password = 'wrong'
  expectFailure(
    await cli.run(['status'], { DATABASE_URL: url.href }),
    'DATABASE.AUTHENTICATION_FAILED',
    /postgres/,
  )
  const elsewhere = new URL(cli.url)
  elsewhere.pathname = '/nowhere'
  expectFailure(
    await cli.run(['status'], { DATABASE_URL: elsewhere.href }),
    'DATABASE.NO_SUCH_DATABASE',
    /createdb nowhere/,
  )
})

test('no URL at all is told so', async () => {
  expectFailure(await cli.run(['status'], { DATABASE_URL: '' }), 'CLI.DATABASE_UNNAMED', /DATABASE_URL/)
})

test('a server that is too old is refused before anything is done', async () => {
  const old = await startOldServer()
  try {
    expectFailure(
      await cli.run(['install'], { DATABASE_URL: old.url }),
      'DATABASE.TOO_OLD',
      /13\.22; 14 is the oldest/,
    )
  } finally {
    old.close()
  }
})

test('an unknown migration is refused with what there is', async () => {
  expectFailure(
    await cli.run(['verify', 'crn']),
    'CLI.MIGRATION_UNKNOWN',
    /no migration crn.* has crm[^]*Did you mean crm\?/,
  )
})

test('a flag that is no boolean is refused with its name and value', async () => {
  const ended = await cli.run(['verify'], { DUAL_WRITE_ENABLED: 'maybe' })
  expectFailure(ended, 'ROLLOUT.FLAG_INVALID', /DUAL_WRITE_ENABLED is "maybe"/)
})

test('flags that mean no phase together are refused with the nearest phases', async () => {
  const ended = await cli.run(['verify'], { USE_TARGET_MODEL: 'true' })
  expectFailure(ended, 'ROLLOUT.FLAGS_CONTRADICT', /\(target-only\)/)
})

test('missing privileges are listed with their GRANTs, and nothing is half-installed', async () => {
  const role = `cli_restricted_${process.pid}`
  await cli.pool.query(
    `create role ${role} login password 'secret'; grant select on customer, invoice, party to ${role}`,
  )
  const url = new URL(cli.url)
  url.username = role
  url.password = 'secret'
  try {
    const ended = await cli.run(['install'], { DATABASE_URL: url.href })
    expectFailure(ended, 'MIGRATION.BLOCKED', new RegExp(`GRANT INSERT ON party TO ${role};`))
    expect((await cli.run(['plan'], { DATABASE_URL: url.href })).code).toBe(4)
    const { rows } = await cli.pool.query(`select from pg_namespace where nspname = 'changeover'`)
    expect(rows).toHaveLength(0)

    expect((await cli.run(['install'])).code).toBe(0)
    const filled = await cli.run(['backfill'], { DATABASE_URL: url.href })
    expectFailure(filled, 'DATABASE.PRIVILEGE_MISSING', /permission denied/)
    expect(await parties()).toBe(0)
  } finally {
    await cli.pool.query(`drop owned by ${role}; drop role ${role}`)
  }
})

test('a column that drifted from the mapping stops install and backfill with a named difference', async () => {
  await cli.pool.query('alter table customer rename column grade to level')
  expectFailure(await cli.run(['install']), 'MIGRATION.BLOCKED', /grade/)
  await cli.pool.query('alter table customer rename column level to grade')
  expect((await cli.run(['install'], legacyLeads)).code).toBe(0)
  await cli.pool.query(
    'drop schema changeover_legacy cascade; alter table party alter column title type text',
  )
  expectFailure(await cli.run(['backfill']), 'MIGRATION.NOT_INSTALLED', /view/)
  expect(await parties()).toBe(0)
})

test('a table that is gone makes the verdict inconclusive, not clean', async () => {
  await cli.run(['install'], legacyLeads)
  await cli.run(['backfill'])
  await cli.pool.query('drop table invoice cascade')
  const verified = await cli.run(['verify'])
  expect(verified.code).toBe(5)
  expect(verified.stdout).toMatch(/\? Inconclusive[^]*invoice/)
})

test('a report that cannot be written is told so', async () => {
  await cli.run(['install'])
  expectFailure(
    await cli.run(['verify', '--output', 'junit=nowhere/report.xml']),
    'CLI.FILE_UNWRITABLE',
    /nowhere\/report\.xml/,
  )
})

test('a fix that does not exist cannot be undone', async () => {
  await cli.run(['install'])
  expectFailure(await cli.run(['undo', '99']), 'VERIFIER.FIX_UNKNOWN', /no fix 99/)
})

test('Ctrl-C stops a backfill after the batch under way, and the next call goes on to the end', async () => {
  await cli.pool.query(
    `insert into customer (name, grade) select 'more ' || n, 'gold' from generate_series(1, 200) as n`,
  )
  await cli.run(['install'], legacyLeads)
  const release = await haltAt(50)
  const child = cli.start(['backfill', '--batch-rows', '20'])
  await someoneWaits()
  child.interrupt()
  // One Ctrl-C reaches a process twice where the one above passes it on.
  child.interrupt()
  await release()
  const ended = await child.ended
  expectFailure(
    ended,
    'CLI.INTERRUPTED',
    /Customer stands at \d+ rows.*\n {2}Fix: Go on with: changeover backfill crm/,
  )
  const after = await parties()
  expect(after).toBeGreaterThanOrEqual(50)
  expect(after).toBeLessThan(214)

  expect(await cli.run(['backfill'])).toMatchObject({ code: 0 })
  expect(await parties()).toBe(214)
  expect(await cli.run(['verify'])).toMatchObject({ code: 0 })
})

test('Ctrl-C leaves a command that only reads at once', async () => {
  const client = await cli.pool.connect()
  await client.query('begin; lock table customer in access exclusive mode')
  const child = cli.start(['plan'])
  await someoneWaits()
  child.interrupt()
  expectFailure(await child.ended, 'CLI.INTERRUPTED', /changeover plan/)
  await client.query('rollback')
  client.release()
})

/** Makes the write of one target row wait until released. */
async function haltAt(customer: number): Promise<() => Promise<void>> {
  await cli.pool.query(
    `create function halt() returns trigger language plpgsql as $$ begin
       if new.data ->> 'customer_id' = '${customer}' then perform pg_advisory_xact_lock(4711); end if;
       return new; end $$;
     create trigger halt before insert on party for each row execute function halt()`,
  )
  const client = await cli.pool.connect()
  await client.query('select pg_advisory_lock(4711)')
  return async () => {
    await client.query('select pg_advisory_unlock(4711)')
    client.release()
  }
}

/** Until another connection of this database waits for a lock. */
async function someoneWaits(): Promise<void> {
  for (;;) {
    const { rowCount } = await cli.pool.query(
      `select from pg_locks l join pg_stat_activity a using (pid)
        where not l.granted and a.datname = current_database() and a.application_name = 'changeover'`,
    )
    if ((rowCount ?? 0) > 0) return
    await sleep(20)
  }
}

test('Ctrl-C stops a verification after the chunk under way, and --resume reads the rest', async () => {
  await cli.run(['install'], legacyLeads)
  await cli.run(['backfill'])
  const client = await cli.pool.connect()
  await client.query('begin; lock table party in access exclusive mode')
  const child = cli.start(['verify', '--chunk-rows', '3', '--workers', '1'])
  await someoneWaits()
  child.interrupt()
  await sleep(200)
  await client.query('rollback')
  client.release()
  const ended = await child.ended
  expectFailure(ended, 'CLI.INTERRUPTED', /Go on with: changeover verify crm --resume \d+/)
  const resume = /--resume (\d+)/.exec(ended.stderr)?.[1] ?? ''
  expect(await cli.run(['verify', '--resume', resume])).toMatchObject({ code: 0 })
})
