import { setTimeout } from 'node:timers/promises'
import { createPoolDatabase, listen, type Queryable } from '@changeover/database'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { errors } from './errors.ts'
import { createPhaseScope } from './phase-scope.ts'
import { type Listen, type PhaseWatch, watchPhase } from './phase-watch.ts'
import { phases } from './phase.ts'
import { type Home, openHome } from './rollout.fixture.ts'
import { lockPhaseAt } from './stored-phase.ts'

let home: Home

beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.close())

const never = 3_600_000
const viaPostgres: Listen = (channel, onNotify) => listen({ url: home.url, channel, onNotify })
const flip = (migration: string) =>
  home.database.query(
    `update changeover.phase set epoch = epoch + 1, version = version + 1,
       phase = case phase when 'legacy-only' then 'legacy-leads' else 'legacy-only' end where migration = $1`,
    [migration],
  )
const nextChange = (watch: PhaseWatch) =>
  new Promise<{ epoch: string }>((resolve) => {
    const stop = watch.onChange((phase) => {
      stop()
      resolve(phase)
    })
  })

test('every process sees a change within a second, without polling', async () => {
  await home.store('heard')
  const options = { listen: viaPostgres, pollMs: never }
  const watches = await Promise.all([1, 2].map(() => watchPhase(home.database, 'heard', options)))
  const changes = watches.map(nextChange)
  const start = performance.now()
  await flip('heard')
  expect((await Promise.all(changes)).map(({ epoch }) => epoch)).toEqual(['2', '2'])
  expect(performance.now() - start).toBeLessThan(1_000)
  expect(watches.map((watch) => watch.current().phase.name)).toEqual(['legacy-leads', 'legacy-leads'])
  await Promise.all(watches.map((watch) => watch.close()))
})

test('without announcements the poll sees it', async () => {
  await home.store('polled')
  const deaf: Listen = () => Promise.reject(new Error('the pooler delivers none'))
  const failures: unknown[] = []
  const watch = await watchPhase(home.database, 'polled', {
    listen: deaf,
    pollMs: 10,
    onError: (error) => void failures.push(error),
  })
  const change = nextChange(watch)
  await flip('polled')
  expect((await change).epoch).toBe('2')
  expect(failures).toHaveLength(1)
  await watch.close()
})

test('FM-46 where the database does not answer, the last known phase stays, and its age is told', async () => {
  await home.store('cut')
  await flip('cut')
  let isCut = false
  const cuttable: Queryable = {
    inTransaction: false,
    query: (text, params) => (isCut ? Promise.reject(new Error('cut')) : home.database.query(text, params)),
  }
  const failures: unknown[] = []
  const watch = await watchPhase(cuttable, 'cut', {
    pollMs: 5,
    onError: (error) => void failures.push(error),
  })
  isCut = true
  while (failures.length < 3) await setTimeout(5)
  expect(watch.current()).toMatchObject({ phase: phases['legacy-leads'], epoch: '2' })
  expect(watch.ageMs()).toBeGreaterThan(5)
  await expect(watch.refresh()).rejects.toThrow('cut')
  isCut = false
  await watch.refresh()
  await watch.close()
})

test('FM-46 a store that answers with a default while it is away is believed (mutation)', async () => {
  await home.store('guessed')
  await flip('guessed')
  let isAway = false
  const guessing: Queryable = {
    inTransaction: false,
    query: async (text, params) => {
      const found = await home.database.query<object>(text, params)
      const guess = { ...found.rows[0], phase: 'legacy-only', epoch: '1', version: '99' }
      return (isAway ? { rows: [guess], rowCount: 1 } : found) as never // as a provider with a default would
    },
  }
  const watch = await watchPhase(guessing, 'guessed', { pollMs: never })
  isAway = true
  expect((await watch.refresh()).phase.name).toBe('legacy-only')
  await watch.close()
})

test('a process that has never seen the phase does not start with a smaller one', async () => {
  const nowhere = createPoolDatabase({ url: 'postgres://nobody@127.0.0.1:1/none' })
  await expect(watchPhase(nowhere, 'cold')).rejects.toMatchObject({ code: 'DATABASE.UNREACHABLE' })
  await nowhere.close()
  await expect(watchPhase(home.database, 'cold')).rejects.toMatchObject({ code: errors.PHASE_MISSING.code })
})

test('an answer that was overtaken, or comes from a replica that lags, moves nothing back', async () => {
  await home.store('lags')
  let stale: Awaited<ReturnType<Queryable['query']>> | undefined
  const lagging: Queryable = {
    inTransaction: false,
    query: async (text, params) => (stale as never) ?? home.database.query(text, params), // what a replica would say
  }
  const watch = await watchPhase(lagging, 'lags', { pollMs: never })
  const before = watch.current()
  await flip('lags')
  expect((await watch.refresh()).epoch).toBe('2')
  stale = { rows: [{ ...before, phase: before.phase.name }], rowCount: 1 }
  expect((await watch.refresh()).epoch).toBe('2')
  await watch.close()
})

test('FM-44 a request that asks anew at each step acts by two phases (mutation)', async () => {
  await home.store('asking')
  const watch = await watchPhase(home.database, 'asking', { pollMs: never })
  const seen = [watch.current().phase.name]
  await flip('asking')
  await watch.refresh()
  seen.push(watch.current().phase.name)
  expect(seen).toEqual(['legacy-only', 'legacy-leads'])
  await watch.close()
})

test('FM-44 a request sees one phase from its beginning to its end, and writes by no other one', async () => {
  await home.store('pinned')
  const watch = await watchPhase(home.database, 'pinned', { listen: viaPostgres, pollMs: 20 })
  const scope = createPhaseScope(watch)
  let isOver = false
  const flipping = (async () => {
    for (let count = 0; count < 100; count++) await flip('pinned')
    isOver = true
  })()
  const outcomes = { consistent: 0, mixed: 0, moved: 0, written: 0, retried: 0 }
  const request = () =>
    scope.run(async () => {
      const begun = scope.current()
      for (let turn = 0; turn < 5; turn++) {
        await setTimeout(1)
        scope.run(() => (scope.current() === begun ? outcomes.consistent++ : outcomes.mixed++))
      }
      if (watch.current() !== begun) outcomes.moved++ // what a request would see that pins nothing
      try {
        const acted = await home.database.transaction((tx) => lockPhaseAt(tx, begun))
        if (acted.phase === begun.phase) outcomes.written++
        else outcomes.mixed++
      } catch (error) {
        expect(error).toMatchObject({ code: errors.PHASE_CHANGED.code, retriable: true })
        outcomes.retried++
      }
    })
  while (!isOver) await Promise.all([request(), request(), request()])
  await flipping
  await watch.refresh()
  await request()
  expect(outcomes.mixed).toBe(0)
  expect(outcomes.consistent).toBeGreaterThan(10)
  expect(outcomes.moved).toBeGreaterThan(0)
  expect(outcomes.retried).toBeGreaterThan(0)
  expect(outcomes.written).toBeGreaterThan(0)
  expect(scope.current()).toBe(watch.current())
  await watch.close()
})
