import { reasonOf } from './side-call.ts'
import type { Store } from './stores.ts'
import { within } from './within.ts'

/** A key that no user has, and a value for it. */
export interface Probe<Value> {
  readonly key: string
  readonly value: Value
  readonly isSame: (loaded: Value) => boolean
}

/** One step of the proof that a store works. */
export interface ProofStep {
  readonly step: 'save' | 'load' | 'delete' | 'load after delete'
  /** Undefined where it went well. */
  readonly problem: string | undefined
}

/** Saves, loads and deletes a value, and looks whether it is gone. It never rejects, and does every step. */
export async function prove<Value>(
  store: Omit<Store<Value>, 'keys'>,
  { key, value, isSame }: Probe<Value>,
  deadlineMs: number,
): Promise<readonly ProofStep[]> {
  const steps: ProofStep[] = []
  const step = async (name: ProofStep['step'], work: () => Promise<string | undefined>) => {
    // `async`, so that a store that throws at once is no exception.
    const problem = await within(deadlineMs, async () => await work()).catch(reasonOf)
    steps.push({ step: name, problem })
  }
  await step('save', async () => void (await store.save(key, value)))
  await step('load', async () => {
    const loaded = await store.load(key)
    return loaded !== undefined && isSame(loaded) ? undefined : 'it gave back something else'
  })
  await step('delete', async () => void (await store.remove(key)))
  await step('load after delete', async () =>
    (await store.load(key)) === undefined ? undefined : 'it is still there',
  )
  return steps
}
