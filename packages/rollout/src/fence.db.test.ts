import type { Database } from '@changeover/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { errors } from './errors.ts'
import { everythingFine } from './open-gates.fixture.ts'
import type { PhaseName } from './phase.ts'
import {
  type Home,
  openHome,
  openTransaction,
  withFenceOnWritersOnly,
  withoutFence,
} from './rollout.fixture.ts'
import { readPhase } from './stored-phase.ts'
import { transition, type TransitionOptions } from './transition.ts'
import { openTransitionOf } from './transition-record.ts'

let home: Home

beforeAll(async () => {
  home = await openHome()
  await home.database.query('create table ticket (id int primary key)')
})
afterAll(() => home.close())

const fine = { observe: async () => everythingFine }

function advance(
  migration: string,
  options: Partial<TransitionOptions> = {},
  { to = 'legacy-leads' as PhaseName, database = home.database as Database } = {},
) {
  const request = { migration, to, by: 'ada', reason: 'test' }
  return transition(database, request, { ...fine, ...options })
}

test('FM-04 FM-27 a transaction that wrote before the flip is waited for, and nothing is synced before it is gone', async () => {
  await home.store('wrote')
  const old = await openTransaction(home)
  await old.tx.query('insert into ticket values (1)')
  const waiting = Promise.withResolvers<void>()
  const advancing = advance('wrote', { onBlocked: () => waiting.resolve() })
  await waiting.promise
  expect(await readPhase(home.database, 'wrote')).toMatchObject({
    phase: { name: 'legacy-leads' },
    fencedAt: undefined,
    syncedSince: undefined,
  })
  await old.tx.query('insert into ticket values (2)')
  const { rows } = await old.tx.query<{ at: string }>(
    `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`,
  )
  await old.commit()
  const { phase } = await advancing
  expect((phase.syncedSince ?? '') > (rows[0]?.at ?? '9')).toBe(true)
  expect(phase.fencedAt).toBeDefined()
})

test('one that has only read so far is waited for too: it may still believe in the old phase', async () => {
  await home.store('read')
  const old = await openTransaction(home)
  expect((await readPhase(old.tx, 'read'))?.phase.name).toBe('legacy-only')
  await expect(advance('read', { fenceTimeoutMs: 30 })).rejects.toMatchObject({
    code: errors.FENCE_BLOCKED.code,
  })
  await old.commit()
})

test('FM-04 FM-27 without the fence, or with one on writers only, such a transaction is forgotten (mutation)', async () => {
  for (const [migration, mutation] of [
    ['no-fence', withoutFence],
    ['half-fence', withFenceOnWritersOnly],
  ] as const) {
    await home.store(migration)
    const old = await openTransaction(home)
    await readPhase(old.tx, migration)
    const database = mutation(home.database)
    const { phase } = await advance(migration, { fenceTimeoutMs: 30 }, { database })
    expect(phase.fencedAt).toBeDefined()
    await old.commit()
  }
})

test('a blocked fence names who is left, keeps the flip, and the same command finishes it', async () => {
  await home.store('named')
  const old = await openTransaction(home)
  await old.tx.query(`set local application_name = 'nightly export'; select 1`)
  await expect(advance('named', { fenceTimeoutMs: 30 })).rejects.toMatchObject({
    code: errors.FENCE_BLOCKED.code,
    retriable: true,
    message: expect.stringMatching(/pid \d+ \(nightly export of \w+; idle in transaction for \d/),
    fix: expect.stringContaining('run the same command again'),
  })
  expect(await openTransitionOf(home.database, 'named')).toMatchObject({ step: 'flipped', epochAfter: '2' })
  await expect(advance('named', {}, { to: 'target-leads' })).rejects.toMatchObject({
    values: { closed: expect.arrayContaining([expect.objectContaining({ gate: 'fenced' })]) },
  })
  await old.commit()
  const { phase, resumed } = await advance('named')
  expect({ resumed, epoch: phase.epoch }).toEqual({ resumed: false, epoch: '2' })
  expect(phase.fencedAt).toBeDefined()
})

test('a prepared transaction is named by its gid', async () => {
  const { rows } = await home.database.query<{ most: number }>(
    `select current_setting('max_prepared_transactions')::int as most`,
  )
  if (rows[0]?.most === 0) return // a server of somebody else, which has none
  await home.store('prepared')
  await home.database.query(`begin; insert into ticket values (50); prepare transaction 'bank transfer'`)
  await expect(advance('prepared', { fenceTimeoutMs: 30 })).rejects.toMatchObject({
    message: expect.stringContaining(`the prepared transaction 'bank transfer' for`),
  })
  await home.database.query(`commit prepared 'bank transfer'`)
  expect((await advance('prepared')).phase.fencedAt).toBeDefined()
})

test('a prepared transaction that holds the phase keeps it, and is named', async () => {
  const { rows } = await home.database.query<{ most: number }>(
    `select current_setting('max_prepared_transactions')::int as most`,
  )
  if (rows[0]?.most === 0) return // a server of somebody else, which has none
  await home.store('holds')
  await home.database.query(
    `begin; select changeover.current_phase('holds'); insert into ticket values (51); prepare transaction 'held'`,
  )
  await expect(advance('holds', { lockTimeoutMs: 20, flipTimeoutMs: 0 })).rejects.toMatchObject({
    code: errors.PHASE_LOCKED.code,
    message: expect.stringContaining(`the prepared transaction 'held'`),
  })
  await home.database.query(`rollback prepared 'held'`)
  expect((await advance('holds')).phase.epoch).toBe('2')
})

test('transactions that begin after the flip are not waited for, nor those of other databases', async () => {
  await home.store('later')
  const elsewhere = await openHome()
  const stranger = await openTransaction(elsewhere)
  await stranger.tx.query(`select pg_current_xact_id()`)
  let late: Awaited<ReturnType<typeof openTransaction>> | undefined
  const old = await openTransaction(home)
  await old.tx.query('select 1')
  await advance('later', {
    fenceTimeoutMs: 5_000,
    onBlocked: () => {
      if (late !== undefined) return
      void openTransaction(home).then(async (opened) => {
        late = opened
        await opened.tx.query('select pg_current_xact_id()')
        await old.commit()
      })
    },
  })
  expect((await late?.tx.query('select 1'))?.rowCount).toBe(1)
  await late?.commit()
  await stranger.commit()
  await elsewhere.close()
})

test('a rollback does not wait for the fence of the flip that it takes back', async () => {
  await home.store('back')
  const old = await openTransaction(home)
  await old.tx.query('select 1')
  await expect(advance('back', { fenceTimeoutMs: 0 })).rejects.toMatchObject({
    code: errors.FENCE_BLOCKED.code,
  })
  await expect(advance('back', { fenceTimeoutMs: 0 }, { to: 'legacy-only' })).rejects.toMatchObject({
    code: errors.FENCE_BLOCKED.code,
  })
  expect((await readPhase(home.database, 'back'))?.phase.name).toBe('legacy-only')
  await old.commit()
})
