import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createHistory } from './history.fixture.ts'
import { createMemoryLedger, type Ledger } from './ledger.ts'
import { fakeOperations, type FakeStore } from './pair.fixture.ts'
import type { Outbox } from './outbox.ts'
import { type RolloutPhase, rolloutPhases } from './rollout-phase.ts'
import type { Side } from './side.ts'
import { noteFrom, noteName } from './standing.ts'
import { createSwitchover } from './switchover.ts'

// The clock of the switchover stands, and moves when a step says so.
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

/** How one call of a store goes: how many turns it takes, and whether it fails before or after it has done its work. */
interface Fate {
  readonly turns: number
  readonly fails: 'no' | 'before' | 'after'
}

/** A store in memory whose calls go as fate has it. */
function fatefulStore(next: () => Fate): FakeStore {
  const values = new Map<string, string>()
  const act = async <T>(work: () => T): Promise<T> => {
    const { turns, fails } = next()
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    if (fails === 'before') throw new Error('it failed')
    const answer = work()
    if (fails === 'after') throw new Error('it failed after all')
    return answer
  }
  return {
    values,
    made: [],
    behave: () => {},
    letGo: () => {},
    load: (key) => act(() => values.get(key)),
    save: (key, value) => act(() => void values.set(key, value)),
    remove: (key) => act(() => void values.delete(key)),
    keys: async (after, limit) =>
      [...values.keys()]
        .toSorted()
        .filter((key) => after === undefined || key > after)
        .slice(0, limit),
  }
}

type Step =
  | {
      readonly does: 'save' | 'load' | 'remove'
      readonly key: string
      readonly process: 0 | 1
      readonly waits: boolean
    }
  | { readonly does: 'pass'; readonly ms: number }
  | { readonly does: 'move'; readonly up: boolean; readonly process: 0 | 1 }
  | { readonly does: 'repair' | 'synchronize'; readonly process: 0 | 1; readonly waits: boolean }

const who = fc.constantFrom(0 as const, 1 as const)
const waits = fc.boolean()
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constantFrom(
        'save' as const,
        'save' as const,
        'load' as const,
        'load' as const,
        'remove' as const,
      ),
      key: fc.constantFrom('a', 'b'),
      process: who,
      waits,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('pass' as const), ms: fc.constantFrom(600, 1200, 3000) }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('move' as const), up: fc.boolean(), process: who }) },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constantFrom('repair' as const, 'synchronize' as const),
      process: who,
      waits,
    }),
  },
)
const fate: fc.Arbitrary<Fate> = fc.record({
  turns: fc.nat(4),
  fails: fc.constantFrom(
    'no' as const,
    'no' as const,
    'no' as const,
    'no' as const,
    'before' as const,
    'after' as const,
  ),
})
const scenario = fc.record({
  start: fc.constantFrom(1 as const, 2 as const),
  steps: fc.array(step, { minLength: 1, maxLength: 40 }),
  fates: fc.array(fate, { minLength: 1, maxLength: 60 }),
})

type Scenario = typeof scenario extends fc.Arbitrary<infer S> ? S : never

/** Two processes over the same two stores and one ledger, never more than a phase apart. */
async function live({ start, steps, fates }: Scenario, rewrite = same) {
  let calls = 0
  let isCalm = false
  const next = (): Fate =>
    isCalm ? { turns: 0, fails: 'no' } : (fates[calls++ % fates.length] ?? { turns: 0, fails: 'no' })
  const stores = { legacy: fatefulStore(next), target: fatefulStore(next) }
  const ledger = rewrite(createMemoryLedger())
  const phases: [RolloutPhase, RolloutPhase] = [1, 1]
  const processes = await Promise.all(
    ([0, 1] as const).map((index) =>
      createSwitchover({
        name: 'pair',
        flags: () => rolloutPhases[phases[index]],
        ledger,
        stores: { ...stores, toTarget: (value: string) => value, toLegacy: (value: string) => value },
        operations: fakeOperations(stores.legacy, stores.target),
        breaker: { failures: 3, restMs: 0 },
        automaticRollback: 'off',
      }),
    ),
  )
  isCalm = true
  await processes[0]?.synchronizeAll()
  phases.fill(start)
  isCalm = false
  const history = createHistory()
  const running: Promise<unknown>[] = []
  let serial = 0
  const take = async (each: Step): Promise<unknown> => {
    if (each.does === 'pass') return void vi.advanceTimersByTime(each.ms)
    const process = processes[each.process]
    if (process === undefined) return undefined
    switch (each.does) {
      case 'save': {
        const value = `v${(serial += 1)}`
        return history.write(each.key, value, () => process.call.save(each.key, value))
      }
      case 'remove':
        return history.write(each.key, undefined, () => process.call.remove(each.key))
      case 'load':
        return history.read(each.key, () => process.call.load(each.key))
      case 'move': {
        const moved = phases[each.process] + (each.up ? 1 : -1)
        if (moved < 0 || moved > 3 || Math.abs(moved - phases[(1 - each.process) as 0 | 1]) > 1)
          return undefined
        phases[each.process] = moved as RolloutPhase // it is within the bounds
        return undefined
      }
      case 'repair':
        return process.repair()
      case 'synchronize':
        return process.synchronizeAll().catch(() => undefined)
    }
  }
  for (const each of steps) {
    const work = take(each)
    running.push(work)
    if (!('waits' in each) || each.waits) await work
    else await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all(running)
  await Promise.all(processes.map((process) => process.settled()))
  isCalm = true
  const read = async (index: 0 | 1, key: string) => processes[index]?.call.load(key)
  for (const index of [0, 1] as const)
    await history.read('a', () => processes[index]?.call.load('a') ?? never())
  await processes[0]?.repair()
  // In the end both write both sides, so that each has told what it left out until then.
  phases.forEach((phase, index) => (phases[index] = phase === 0 ? 1 : phase === 3 ? 2 : phase))
  for (const index of [1, 0] as const) await read(index, 'a')
  const owed = await ledger.outbox.totals()
  const { isWhole } = noteFrom(await ledger.notes.read(noteName))
  return { history, stores, owed, isWhole, read }
}

const never = () => Promise.reject(new Error('there are two processes'))
const same = (ledger: Ledger): Ledger => ledger

/** What is wrong after a life: reads that missed an acknowledged write, keys that lost it, sides that differ. */
async function wrongIn({
  history,
  stores,
  owed,
  isWhole,
  read,
}: Awaited<ReturnType<typeof live>>): Promise<readonly string[]> {
  const wrong = history.staleReads().map(({ key, value }) => `read ${value} of ${key}`)
  for (const key of ['a', 'b']) {
    for (const index of [0, 1] as const) {
      const value = await read(index, key)
      if (!history.isLast(key, value)) wrong.push(`${key} is ${value} in the end`)
    }
    for (const side of ['legacy', 'target'] satisfies Side[])
      if (isWhole[side] && !history.isLast(key, stores[side].values.get(key)))
        wrong.push(`${side} has ${stores[side].values.get(key)} for ${key}`)
  }
  if (owed.legacy + owed.target > 0) wrong.push('something is owed still')
  return wrong
}

const property = (rewrite?: (ledger: Ledger) => Ledger) =>
  fc.asyncProperty(scenario, async (given) => {
    const lived = await live(given, rewrite)
    expect(await wrongIn(lived), lived.history.text()).toEqual([])
  })

test('no acknowledged write is lost and no read is stale, whatever fails, in two processes that move between phases', async () => {
  await fc.assert(property(), { numRuns: 300 })
}, 60_000)

/** An outbox that does one thing otherwise. */
const mutated =
  (change: (outbox: Outbox) => Partial<Outbox>) =>
  (ledger: Ledger): Ledger => ({ ...ledger, outbox: { ...ledger.outbox, ...change(ledger.outbox) } })

test.each([
  [
    'writes behind one that is not over go to the other side at once',
    mutated((outbox) => ({
      begin: async (key, source) => ({ ...(await outbox.begin(key, source)), isAlone: true }),
    })),
  ],
  ['reads do not ask who has the truth of a key', mutated(() => ({ sourceOf: async () => undefined }))],
  [
    'what was written while it was copied counts as paid',
    mutated((outbox) => ({
      pay: async (claim) => {
        const again = await outbox.begin(claim.key, claim.source)
        await outbox.settle(again)
        return true
      },
    })),
  ],
  [
    'what failed is forgotten',
    mutated((outbox) => ({ owe: async (ticket) => (await outbox.settle(ticket), { isLast: false }) })),
  ],
])(
  '(mutation) when %s, a write is lost or a read is stale',
  async (_what, rewrite) => {
    const { failed } = await fc.check(property(rewrite), { numRuns: 4000, endOnFailure: true })
    expect(failed).toBe(true)
  },
  60_000,
)
