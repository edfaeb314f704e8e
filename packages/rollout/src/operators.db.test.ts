import { isFailure } from '@changeover/errors'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { arrowBetween } from './arrow.ts'
import { errors } from './errors.ts'
import type { PhaseName } from './phase.ts'
import { readHistory } from './phase-history.ts'
import { type Home, openHome, withoutEpochCheck, withoutOperatorLock } from './rollout.fixture.ts'
import { readPhase } from './stored-phase.ts'
import { take } from './take.fixture.ts'

let home: Home

beforeAll(async () => {
  home = await openHome()
})
afterAll(() => home.close())

const go = (...args: Parameters<typeof take> extends [unknown, ...infer Rest] ? Rest : never) =>
  take(home, ...args)

test('FM-65 of ten operators at once one succeeds, the others are told of the conflict, and the trail has one entry', async () => {
  await home.store('ten')
  const attempts = Array.from({ length: 7 }, () =>
    go('ten', 'legacy-leads', { request: { expectedEpoch: '1' } }),
  )
  const outcomes = (await Promise.allSettled(attempts)).map((each) =>
    each.status === 'fulfilled' ? 'done' : isFailure(each.reason) ? each.reason.code : String(each.reason),
  )
  expect(outcomes.filter((each) => each === 'done')).toHaveLength(1)
  const conflicts: readonly string[] = [errors.TRANSITION_CONFLICT.code, errors.EPOCH_MOVED.code]
  expect(outcomes.filter((each) => each !== 'done' && !conflicts.includes(each))).toEqual([])
  expect(await readHistory(home.database, 'ten')).toHaveLength(2)
})

test('even without the lock of the operators one flip is done: its epoch is compared', async () => {
  await home.store('unlocked')
  const database = withoutOperatorLock(home.database)
  const options = { fenceTimeoutMs: 0 } // the open transactions of the others would be waited for
  await Promise.allSettled(
    Array.from({ length: 7 }, () => go('unlocked', 'legacy-leads', { database, options })),
  )
  expect(await readPhase(home.database, 'unlocked')).toMatchObject({
    epoch: '2',
    phase: { name: 'legacy-leads' },
  })
  expect(await readHistory(home.database, 'unlocked')).toHaveLength(2)
})

test('FM-65 without the lock of the operators their actions run at the same time (mutation)', async () => {
  for (const [migration, database, atOnce] of [
    ['alone', home.database, false],
    ['together', withoutOperatorLock(home.database), true],
  ] as const) {
    await home.store(migration)
    const entered = Promise.withResolvers<void>()
    const release = Promise.withResolvers<void>()
    const act = (prepare: () => Promise<void>) =>
      go(migration, 'legacy-leads', { database, options: { actions: { prepare }, fenceTimeoutMs: 0 } })
    const first = act(() => {
      entered.resolve()
      return release.promise
    })
    await entered.promise
    let met = false
    const second = act(async () => {
      met = true
    })
    await Promise.allSettled([second])
    release.resolve()
    await Promise.allSettled([first])
    expect(met).toBe(atOnce)
  }
})

test('FM-65 operators who pull in both directions end in a legal state, by legal steps', async () => {
  await home.store('pulled', 'target-leads')
  await go('pulled', 'target-leads')
  const pull = (to: PhaseName) => go('pulled', to, { request: { emergency: true } })
  for (let round = 0; round < 6; round++) {
    const forth: PhaseName[] = ['target-leads', 'target-only']
    const back: PhaseName[] = ['legacy-leads', 'legacy-only']
    await Promise.allSettled((round % 2 === 0 ? [...back, ...forth] : [...forth, ...back]).map(pull))
  }
  const history = await readHistory(home.database, 'pulled')
  for (const [index, { from, to }] of history.entries()) {
    expect(from).toBe(history[index - 1]?.to ?? null)
    if (from !== null) expect(arrowBetween(from, to)).toBeDefined()
  }
  expect(new Set(history.map(({ epoch }) => epoch)).size).toBe(history.length)
  expect(history.length).toBeGreaterThan(1)
})

test('a second operator is told who the first one is, and works on another migration meanwhile', async () => {
  await home.store('first')
  await home.store('second')
  const reached = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const first = go('first', 'legacy-leads', {
    options: {
      onStep: async (step) => {
        if (step !== 'judged') return
        reached.resolve()
        await release.promise
      },
    },
  })
  await reached.promise
  await expect(go('first', 'legacy-leads')).rejects.toMatchObject({
    code: errors.TRANSITION_CONFLICT.code,
    message: expect.stringMatching(/pid \d+ \(changeover of /),
  })
  expect((await go('second', 'legacy-leads')).phase.fencedAt).toBeDefined()
  release.resolve()
  expect((await first).phase.phase.name).toBe('legacy-leads')
})

test('a flip compares the epoch: it never overwrites a phase that it has not seen', async () => {
  for (const mutation of [undefined, withoutEpochCheck]) {
    const migration = mutation === undefined ? 'compares' : 'compares-not'
    await home.store(migration)
    const late = go(migration, 'legacy-leads', {
      ...(mutation && { database: mutation(home.database) }),
      options: {
        actions: {
          // Somebody who does not even know of the operators' lock.
          prepare: async () => {
            await home.database.query(
              `update changeover.phase set phase = 'target-only', epoch = epoch + 1 where migration = $1`,
              [migration],
            )
          },
        },
      },
    })
    if (mutation === undefined) {
      await expect(late).rejects.toMatchObject({ code: errors.EPOCH_MOVED.code })
      expect((await readPhase(home.database, migration))?.phase.name).toBe('target-only')
    } else {
      await late
      expect((await readPhase(home.database, migration))?.phase.name).toBe('legacy-leads')
    }
  }
})

test('an epoch that the operator did not look at is refused', async () => {
  await home.store('looked')
  await go('looked', 'legacy-leads')
  const stale = go('looked', 'target-leads', { request: { expectedEpoch: '1' } })
  await expect(stale).rejects.toMatchObject({ code: errors.EPOCH_MOVED.code })
})
