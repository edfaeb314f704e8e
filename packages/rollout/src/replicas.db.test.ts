import {
  createPoolDatabase,
  createReplicaReads,
  type Database,
  errors as databaseErrors,
  type PoolDatabase,
  runDdl,
  type Transaction,
} from '@changeover/database'
import { type Replicated, startReplicated } from '@changeover/embedded-postgres/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { gatherFacts } from './gather-facts.ts'
import { judge } from './judge.ts'
import { ledgerDdl } from './ledger-ddl.ts'
import { everythingFine } from './open-gates.fixture.ts'
import { readPhase, storeFirstPhase } from './stored-phase.ts'
import { transition } from './transition.ts'

let servers: Replicated
let primary: PoolDatabase
let replica: PoolDatabase

beforeAll(async () => {
  servers = await startReplicated({ delayMs: 1_500 })
  primary = createPoolDatabase({ url: servers.primaryUrl })
  replica = createPoolDatabase({ url: servers.replicaUrl })
  await runDdl(primary, ledgerDdl)
  await primary.transaction((tx) =>
    storeFirstPhase(tx, 'crm', { phase: 'legacy-only', by: 'test', reason: 'x' }),
  )
  await primary.query('create table note (id int primary key)')
  await vi.waitFor(() => replica.query('table note'), { timeout: 20_000 })
})
afterAll(async () => {
  await primary?.close()
  await replica?.close()
  await servers?.stop()
})

const notesOn = async (database: Database | Transaction) => {
  const { rows } = await database.query<{ id: number }>('select id from note order by id')
  return rows.map(({ id }) => id)
}
const observe = async () => everythingFine

test('FM-41 whoever has written reads it at once, from the primary, and from the replica once that shows it', async () => {
  const reads = createReplicaReads({ primary, replica })
  const served = async (tx: Transaction) => {
    const { rows } = await tx.query<{ replica: boolean }>('select pg_is_in_recovery() as replica')
    return { from: rows[0]?.replica === true ? 'replica' : 'primary', notes: await notesOn(tx) }
  }
  const before = await reads.position()
  await primary.query('insert into note values (1)')
  const after = await reads.position()
  expect(await reads.read(after, served)).toEqual({ from: 'primary', notes: [1] })
  await expect.poll(() => reads.read(before, served), { timeout: 10_000 }).toMatchObject({ from: 'replica' })
  await expect
    .poll(() => reads.read(after, served), { timeout: 10_000 })
    .toEqual({ from: 'replica', notes: [1] })
})

test('FM-41 without a look at the position the replica hides what was just written (mutation)', async () => {
  const blind: Database = {
    ...replica,
    transaction: (work, options) =>
      replica.transaction(
        (tx) =>
          work({
            inTransaction: true,
            query: (text, params) =>
              tx.query(
                text.replace(/not pg_is_in_recovery.*as replayed/, '$1::text is not null as replayed'),
                params,
              ),
          }),
        options,
      ),
  }
  const reads = createReplicaReads({ primary, replica: blind })
  await primary.query('insert into note values (2)')
  expect(await reads.read(await reads.position(), notesOn)).not.toContain(2)
})

test('FM-41 a replica that is away, or ends the transaction, costs nobody an answer', async () => {
  const away = createPoolDatabase({ url: 'postgresql://nobody@127.0.0.1:1/none' })
  expect(await createReplicaReads({ primary, replica: away }).read('0/0', notesOn)).toContain(1)
  await away.close()
  const work = vi.fn(async (tx: Transaction) => {
    await tx.query(`select pg_terminate_backend(pg_backend_pid()) where pg_is_in_recovery()`)
    return notesOn(tx)
  })
  expect(await createReplicaReads({ primary, replica }).read('0/0', work)).toContain(1)
  expect(work).toHaveBeenCalledTimes(2)
})

test('FM-41 the target does not lead as long as a replica shows commits later than the limit', async () => {
  await primary.query('insert into note values (3)')
  expect(await gateAt(0.2)).toMatchObject({
    state: 'closed',
    why: expect.stringMatching(/^replicas lag: replica \(/),
  })
  expect(await gateAt(30)).toMatchObject({ state: 'open' })
  expect(await gateAt(0.2)).toMatchObject({ state: 'open' }) // nothing was committed since
})

test('FM-41 the lag that the server tells of a replica says nothing of what that keeps back (mutation)', async () => {
  await primary.query('insert into note values (4)')
  const { rows } = await primary.query<{ lag: number }>(
    `select coalesce(extract(epoch from replay_lag), extract(epoch from clock_timestamp() - reply_time))::float8 as lag
       from pg_stat_replication where replay_lsn < pg_current_wal_lsn()`,
  )
  const told = rows.map(({ lag }) => ({ name: 'replica', lagSeconds: lag }))
  expect(told).toHaveLength(1)
  expect(await gateAt(0.7, told)).toMatchObject({ state: 'open' })
  expect(await gateAt(0.7)).toMatchObject({ state: 'closed' })
})

test('FM-41 a phase is changed on the primary only, and who has seen the change is served nothing older', async () => {
  const request = { migration: 'crm', to: 'legacy-leads', by: 'ada', reason: 'x' } as const
  await expect(transition(replica, request, { observe })).rejects.toMatchObject({
    code: databaseErrors.READ_ONLY.code,
  })
  await transition(primary, request, { observe })
  const reads = createReplicaReads({ primary, replica })
  expect((await readPhase(replica, 'crm'))?.phase.name).toBe('legacy-only')
  const seen = await reads.position()
  expect((await reads.read(seen, (tx) => readPhase(tx, 'crm')))?.phase.name).toBe('legacy-leads')
})

async function gateAt(
  maxReplicaLagSeconds: number,
  replicas?: readonly { readonly name: string; readonly lagSeconds: number }[],
) {
  const limits = { maxReplicaLagSeconds }
  const facts = await gatherFacts(primary, 'crm', {
    observe: async () => ({ ...(replicas && { replicas }) }),
    gates: ['replicas-fresh'],
    limits,
  })
  return judge({ gates: ['replicas-fresh'] }, facts, { limits })[0]
}
