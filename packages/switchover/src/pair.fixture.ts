import { createMemoryLedger, type Ledger } from './ledger.ts'
import { flagsOff, type SwitchoverFlags } from './flags.ts'
import { read, write } from './operation.ts'
import type { Side } from './side.ts'
import type { Store } from './stores.ts'
import { createSwitchover, type SwitchoverOptions } from './switchover.ts'

/** How a store behaves from now on. */
export const behaviours = ['well', 'slow', 'rejects', 'throws', 'hangs'] as const
export type Behaviour = (typeof behaviours)[number]

/** A store in memory whose behaviour can be changed. */
export interface FakeStore extends Store<string> {
  readonly values: Map<string, string>
  behave(how: Behaviour): void
  /** Lets go of every call that hangs: it does its work now. */
  letGo(): void
  /** Calls that were made, by name. */
  readonly made: string[]
}

class StoreBroken extends Error {
  override readonly name = 'StoreBroken'
}

function createFakeStore(side: Side): FakeStore {
  const values = new Map<string, string>()
  const made: string[] = []
  let behaviour: Behaviour = 'well'
  let hanging: (() => void)[] = []
  const act = <T>(name: string, work: () => T): Promise<T> => {
    made.push(name)
    switch (behaviour) {
      case 'well':
        return Promise.resolve().then(work)
      case 'rejects':
        return Promise.reject(new StoreBroken(`${side} is broken`))
      case 'throws':
        throw new StoreBroken(`${side} is broken at once`)
      case 'slow':
        return new Promise<void>((resolve) => setTimeout(resolve, 5)).then(work)
      case 'hangs':
        return new Promise<void>((resolve) => hanging.push(resolve)).then(work)
    }
  }
  return {
    values,
    made,
    behave(how) {
      behaviour = how
    },
    letGo() {
      const all = hanging
      hanging = []
      for (const each of all) each()
    },
    load: (key) => act('load', () => values.get(key)),
    save: (key, value) => act('save', () => void values.set(key, value)),
    remove: (key) => act('remove', () => void values.delete(key)),
    keys: (after, limit) =>
      act('keys', () =>
        [...values.keys()]
          .toSorted()
          .filter((key) => after === undefined || key > after)
          .slice(0, limit),
      ),
  }
}

/** Operations of two fake stores; the target answers a save with the key it has saved under. */
export function fakeOperations(legacy: FakeStore, target: FakeStore, isRubbish: () => boolean = () => false) {
  return {
    save: write({
      key: (key: string, _value: string) => key,
      legacy: async (key: string, value: string) => {
        await legacy.save(key, value)
        return { success: true }
      },
      target: async (key: string, value: string) => {
        await target.save(key, value)
        return { id: key }
      },
      fromTarget: ({ id }) => {
        if (isRubbish()) throw new TypeError('this is no answer')
        return { success: id !== '' }
      },
    }),
    load: read({
      key: (key: string) => key,
      legacy: (key: string) => legacy.load(key),
      target: (key: string) => target.load(key),
    }),
    remove: write({
      key: (key: string) => key,
      legacy: async (key: string) => void (await legacy.remove(key)),
      target: async (key: string) => void (await target.remove(key)),
    }),
  }
}

/** A switchover over two fake stores, and the flags to turn. */
export async function openPair(
  flags: SwitchoverFlags = flagsOff,
  options: Partial<SwitchoverOptions<string, string, ReturnType<typeof fakeOperations>>> = {},
  stores: { readonly legacy: FakeStore; readonly target: FakeStore } = {
    legacy: createFakeStore('legacy'),
    target: createFakeStore('target'),
  },
) {
  const { legacy, target } = stores
  let current = flags
  let isRubbish = false
  const ledger: Ledger = options.ledger ?? createMemoryLedger()
  const switchover = await createSwitchover({
    name: 'pair',
    flags: () => current,
    stores: { legacy, target, toTarget: (value: string) => value, toLegacy: (value: string) => value },
    operations: fakeOperations(legacy, target, () => isRubbish),
    deadlineMs: { legacy: 200, target: 200 },
    ...options,
    ledger,
  })
  return {
    ...switchover,
    legacy,
    target,
    ledger,
    refuseTargetAnswers() {
      isRubbish = true
    },
    setFlags(next: SwitchoverFlags) {
      current = next
    },
  }
}
