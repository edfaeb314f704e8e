import { afterAll, beforeAll, expect, test } from 'vitest'
import { runDdl } from '@changeover/database'
import { errors } from './errors.ts'
import { ledgerDdl } from './ledger-ddl.ts'
import { phases } from './phase.ts'
import { phaseLockSql } from './phase-lock.ts'
import { type Home, openHome, openTransaction } from './rollout.fixture.ts'
import { lockPhase, readPhase, storeFirstPhase } from './stored-phase.ts'

let home: Home

beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.close())

const raisePhase = (migration: string) =>
  `select ${phaseLockSql(migration, 'exclusive')};
   update changeover.phase set phase = 'legacy-leads', epoch = epoch + 1, version = version + 1 where migration = '${migration}'`

test('the ledger can be installed again and keeps what is stored', async () => {
  await home.store('again', 'legacy-leads')
  await runDdl(home.database, ledgerDdl)
  expect(await readPhase(home.database, 'again')).toMatchObject({
    phase: phases['legacy-leads'],
    epoch: '1',
    version: '1',
    targetHasLed: false,
    readPercent: 0,
    fencedAt: undefined,
    by: 'test',
    reason: 'begin',
  })
})

test('a phase is stored once', async () => {
  await home.store('once')
  const again = await home.database.transaction((tx) =>
    storeFirstPhase(tx, 'once', { phase: 'target-leads', by: 'test', reason: 'again' }),
  )
  expect(again).toBe(false)
  expect((await readPhase(home.database, 'once'))?.phase.name).toBe('legacy-only')
  const { rows } = await home.database.query(
    `select to_phase from changeover.phase_history where migration = 'once'`,
  )
  expect(rows).toEqual([{ to_phase: 'legacy-only' }])
})

test('no stored phase is no phase at all, rather than a small one', async () => {
  expect(await readPhase(home.database, 'nobody')).toBeUndefined()
  const locking = home.database.transaction((tx) => lockPhase(tx, 'nobody'))
  await expect(locking).rejects.toMatchObject({ code: errors.PHASE_MISSING.code })
})

test('a writer that holds the phase keeps it: a flip waits', async () => {
  await home.store('held')
  const writer = await openTransaction(home)
  expect(await lockPhase(writer.tx, 'held')).toEqual({ phase: phases['legacy-only'], epoch: '1' })
  const flip = (lockTimeoutMs: number) =>
    home.database.transaction(async (tx) => {
      await tx.query(`set local lock_timeout = ${lockTimeoutMs}`)
      await tx.query(raisePhase('held'))
    })
  await expect(flip(50)).rejects.toMatchObject({ code: 'DATABASE.LOCK_TIMEOUT' })
  expect((await lockPhase(writer.tx, 'held')).epoch).toBe('1')
  const waiting = flip(5_000)
  await writer.commit()
  await waiting
  expect((await readPhase(home.database, 'held'))?.epoch).toBe('2')
})

test('a writer that waited for a flip sees what it led to, also in a statement that began before', async () => {
  await home.store('waited')
  const flip = await openTransaction(home)
  await flip.tx.query(raisePhase('waited'))
  const writer = home.database.transaction((tx) => lockPhase(tx, 'waited'))
  await waitForLock(home)
  await flip.commit()
  expect(await writer).toEqual({ phase: phases['legacy-leads'], epoch: '2' })
})

test.each(['repeatable read', 'serializable'] as const)(
  'a %s snapshot from before a flip fails retriably instead of acting on the old phase',
  async (isolation) => {
    const migration = isolation.replace(' ', '-')
    await home.store(migration)
    const writer = await openTransaction(home, { isolation })
    await writer.tx.query('select count(*) from changeover.phase')
    await home.database.transaction((tx) => tx.query(raisePhase(migration)))
    await expect(lockPhase(writer.tx, migration)).rejects.toMatchObject({
      code: 'DATABASE.SERIALIZATION',
      retriable: true,
    })
    await writer.commit().catch(() => {})
  },
)

test('mutation: without the lock, or with a kept snapshot that is not tested, writers act on the old phase', async () => {
  const unlocked = await openHome((text) => text.replace(/PERFORM .*lock_shared.*;/, ''))
  const untested = await openHome((text) => text.replace(' FOR SHARE;', ';'))
  for (const [mutated, isolation] of [
    [unlocked, 'read committed'],
    [untested, 'repeatable read'],
  ] as const) {
    await mutated.store('mutated')
    const writer = await openTransaction(mutated, { isolation })
    if (isolation === 'repeatable read') await writer.tx.query('select 1')
    else await lockPhase(writer.tx, 'mutated')
    await mutated.database.transaction((tx) => tx.query(raisePhase('mutated')))
    const believed = isolation === 'repeatable read' ? (await lockPhase(writer.tx, 'mutated')).epoch : '1'
    expect((await readPhase(mutated.database, 'mutated'))?.epoch).not.toBe(believed)
    await writer.commit()
    await mutated.close()
  }
})

test('a reader in a read-only snapshot reads the phase of its snapshot', async () => {
  await home.store('reader')
  const work = home.database.transaction((tx) => lockPhase(tx, 'reader'), {
    isolation: 'repeatable read',
    readOnly: true,
  })
  expect((await work).epoch).toBe('1')
})

test('writers do not wait for each other, nor for a flip of another migration', async () => {
  await home.store('one')
  await home.store('other')
  const first = await openTransaction(home)
  const flip = await openTransaction(home)
  await lockPhase(first.tx, 'one')
  await flip.tx.query(raisePhase('other'))
  expect((await home.database.transaction((tx) => lockPhase(tx, 'one'))).epoch).toBe('1')
  await first.commit()
  await flip.commit()
})

test('a role without any grant may ask for the phase, and change nothing', async () => {
  await home.store('role')
  await home.database.transaction(async (tx) => {
    await tx.query('set local role pg_monitor; set local search_path = pg_temp')
    expect((await lockPhase(tx, 'role')).epoch).toBe('1')
  })
  const writing = home.database.transaction((tx) =>
    tx.query(`set local role pg_monitor; update changeover.phase set epoch = 9`),
  )
  await expect(writing).rejects.toMatchObject({ code: 'DATABASE.PRIVILEGE_MISSING' })
})

test.each([
  'update changeover.phase_history set by = $$x$$',
  'delete from changeover.phase_history',
  'truncate changeover.phase_history',
])('the audit trail refuses: %s', async (statement) => {
  await home.store('audit')
  await expect(home.database.query(statement)).rejects.toMatchObject({ values: { sqlState: 'UC002' } })
})

async function waitForLock({ database }: Home): Promise<void> {
  for (;;) {
    const { rows } = await database.query(
      `select from pg_locks where locktype = 'advisory' and not granted
         and database = (select oid from pg_database where datname = current_database())`,
    )
    if (rows.length > 0) return
  }
}
