import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { errors } from './errors.ts'
import { everythingFine } from './open-gates.fixture.ts'
import type { PhaseName } from './phase.ts'
import { type Home, openHome, openTransaction } from './rollout.fixture.ts'
import { lockPhase } from './stored-phase.ts'
import { take } from './take.fixture.ts'
import { transition } from './transition.ts'

let home: Home

beforeAll(async () => {
  home = await openHome()
  await home.database.query(
    'create table written (writer int, number int, epoch bigint, at timestamptz, primary key (writer, number))',
  )
})
afterAll(() => home.close())

interface Traffic {
  /** Writes whose COMMIT was answered. */
  acknowledged: number
  readonly failures: unknown[]
}

/** Writes by the phase until it is told to end: a few milliseconds each, as requests do. */
async function write(writer: number, traffic: Traffic, ended: AbortSignal): Promise<void> {
  for (let number = 0; !ended.aborted; number++) {
    try {
      await home.database.transaction(async (tx) => {
        const { epoch } = await lockPhase(tx, 'load')
        await setTimeout(number % 4)
        await tx.query('insert into written values ($1, $2, $3::bigint, clock_timestamp())', [
          writer,
          number,
          epoch,
        ])
      })
      traffic.acknowledged++
    } catch (error) {
      traffic.failures.push(error)
    }
  }
}

test('FM-63 under eight writers every flip is fast, fails nobody, and no write has an older phase than its moment', async () => {
  await home.store('load', 'target-leads')
  const traffic: Traffic = { acknowledged: 0, failures: [] }
  const end = new AbortController()
  const writers = Array.from({ length: 8 }, (_, writer) => write(writer, traffic, end.signal))
  const durations: number[] = []
  const way: PhaseName[] = ['legacy-leads', 'target-leads', 'legacy-leads', 'target-leads', 'legacy-leads']
  for (const to of way) {
    await setTimeout(30)
    const start = performance.now()
    await transition(
      home.database,
      { migration: 'load', to, by: 'ada', reason: 'drill', emergency: true },
      { observe: async () => everythingFine },
    )
    durations.push(performance.now() - start)
  }
  end.abort()
  await Promise.all(writers)
  expect(traffic.failures).toEqual([])
  expect(Math.max(...durations)).toBeLessThan(5_000)
  const { rows } = await home.database.query<{ rows: number; epochs: number; late: number }>(
    `select count(*)::int as rows, count(distinct w.epoch)::int as epochs, count(*) filter (where exists (
       select from changeover.phase_history h
        where h.migration = 'load' and h.epoch > w.epoch and h.at < w.at))::int as late from written w`,
  )
  expect(rows[0]).toEqual({ rows: traffic.acknowledged, epochs: way.length + 1, late: 0 })
})

test('FM-49 while a flip waits for one long writer, others go on, since it gives way again and again', async () => {
  await home.store('queue')
  const long = await openTransaction(home)
  await lockPhase(long.tx, 'queue')
  const blocked = Promise.withResolvers<void>()
  const flipping = take(home, 'queue', 'legacy-leads', {
    options: { lockTimeoutMs: 20, onBlocked: () => blocked.resolve() },
  })
  await blocked.promise
  for (let count = 0; count < 50; count++) await home.database.transaction((tx) => lockPhase(tx, 'queue'))
  await long.commit()
  await flipping
})

test('FM-49 a flip that waits without a timeout makes every other writer wait for the long one (mutation)', async () => {
  await home.store('jam')
  const long = await openTransaction(home)
  await lockPhase(long.tx, 'jam')
  const flipping = take(home, 'jam', 'legacy-leads', { options: { lockTimeoutMs: 0 } })
  await waiting(1)
  let isDone = false
  const writer = home.database.transaction((tx) => lockPhase(tx, 'jam')).then(() => (isDone = true))
  await waiting(2)
  expect(isDone).toBe(false)
  await long.commit()
  await Promise.all([flipping, writer])
})

/**
 * Transactions that overlap, so that one always holds the phase: each ends once the next one has begun, at the latest half a second
 * after that one has asked.
 */
async function relay(migration: string, ended: AbortSignal): Promise<void> {
  let last = await openTransaction(home)
  await lockPhase(last.tx, migration)
  while (!ended.aborted) {
    const next = await openTransaction(home)
    const begun = lockPhase(next.tx, migration)
    await Promise.race([begun, setTimeout(500)])
    await last.commit()
    await begun
    last = next
  }
  await last.commit()
}

test('FM-49 among transactions that overlap a flip gets its turn, by attempts that grow', async () => {
  await home.store('relay')
  const end = new AbortController()
  const writers = relay('relay', end.signal)
  const { phase } = await take(home, 'relay', 'legacy-leads', { options: { lockTimeoutMs: 50 } })
  end.abort()
  await writers
  expect(phase.epoch).toBe('2')
})

test('FM-49 by attempts that stay short it never does (mutation)', async () => {
  await home.store('starving')
  const end = new AbortController()
  const writers = relay('starving', end.signal)
  const options = { lockTimeoutMs: 50, flipTimeoutMs: 1_000 } // a twentieth of it is no more than the first attempt
  await expect(take(home, 'starving', 'legacy-leads', { options })).rejects.toMatchObject({
    code: errors.PHASE_LOCKED.code,
  })
  end.abort()
  await writers
})

/** Waits until so many wait for the lock of a phase. */
async function waiting(count: number): Promise<void> {
  for (;;) {
    const { rows } = await home.database.query(
      `select from pg_locks where locktype = 'advisory' and not granted
         and database = (select oid from pg_database where datname = current_database())`,
    )
    if (rows.length >= count) return
  }
}
