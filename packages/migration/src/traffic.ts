import { setTimeout } from 'node:timers/promises'
import type { Database, Transaction } from '@changeover/database'
import type { Authority, PhaseName } from '@changeover/rollout'
import { asLegacy } from './as-legacy.ts'
import type { LegacyPlace, SampleSystem } from './sample-system.ts'

/** What a writer was told is stored, by legacy key; null where the row was deleted. */
type Acknowledged = Map<string, string | null>

/** Legacy code that goes on writing rows of its own, whoever leads. */
export interface Traffic {
  /** Lets the writers come to an end. Errors: those of a write that was not merely retried. */
  stop(): Promise<void>
  /** Deletes the rows that are left, as the legacy code would. */
  clear(): Promise<void>
  count(): Promise<TrafficCount>
}

/** Acknowledged writes against what is there. */
export interface TrafficCount {
  readonly writes: number
  readonly rows: number
  readonly onTarget: number
  readonly onLegacy: number
  /** Rows that are missing, differ, or came back after they were deleted, on either side. */
  readonly wrong: number
}

export interface TrafficOptions {
  readonly writers: number
  /** Told of each acknowledged write. */
  readonly onWrite?: (write: { readonly phase: PhaseName; readonly writeMs: number }) => void
}

type Sampled = Pick<SampleSystem, 'migration' | 'writer'>

const prefix = 'traffic:'
const pauseMs = 20

/** Deletes what the writers of an interrupted run have left, where legacy is still written. */
export async function forgetTraffic(database: Database, system: Sampled): Promise<void> {
  const left = await system.writer.found(database, 'legacy', prefix)
  for (const key of left.keys())
    await asLegacy(database, system.migration, async (tx, at, { name }) => {
      if (name !== 'target-only' && name !== 'contracted') await system.writer.remove(tx, at, key)
    })
}

/** Starts writers that insert, change and delete rows of their own, in the table or through its proxy, as the phase says. */
export function startTraffic(
  database: Database,
  system: Sampled,
  { writers, onWrite = () => {} }: TrafficOptions,
): Traffic {
  const acknowledged: Acknowledged = new Map()
  const state = { writes: 0, isStopped: false }
  const store = async (key: string | undefined, mark: string | null) => {
    const begun = performance.now()
    const stored = await asLegacy(database, system.migration, async (tx, at, { name: phase }) => ({
      key: await write(system, tx, at, key, mark),
      phase,
    }))
    onWrite({ phase: stored.phase, writeMs: performance.now() - begun })
    acknowledged.set(stored.key, mark)
    state.writes += 1
    return stored.key
  }
  const work = async (writer: number) => {
    for (let round = 1; !state.isStopped; round += 1) {
      const key = await store(undefined, `${prefix} ${writer}/${round}`)
      await store(key, `${prefix} ${writer}/${round} changed`)
      if (round % 3 === 0) await store(key, null)
      await setTimeout(pauseMs)
    }
  }
  const working = Promise.all(Array.from({ length: writers }, (_, index) => work(index + 1)))
  // Told by stop, not as an unhandled rejection.
  working.catch(() => {})
  return {
    async stop() {
      state.isStopped = true
      await working
    },
    async clear() {
      for (const [key, mark] of acknowledged) if (mark !== null) await store(key, null)
    },
    count: () => countRows(database, system, acknowledged, state.writes),
  }
}

async function write(
  { writer }: Sampled,
  tx: Transaction,
  at: LegacyPlace,
  key: string | undefined,
  mark: string | null,
): Promise<string> {
  if (key === undefined) return writer.insert(tx, at, mark ?? '')
  if (mark === null) await writer.remove(tx, at, key)
  else await writer.change(tx, at, key, mark)
  return key
}

async function countRows(
  database: Database,
  { writer }: Sampled,
  acknowledged: Acknowledged,
  writes: number,
): Promise<TrafficCount> {
  const on = (side: Authority) => writer.found(database, side, prefix)
  const [legacy, target] = [await on('legacy'), await on('target')]
  const expected = new Map([...acknowledged].flatMap(([key, mark]) => (mark === null ? [] : [[key, mark]])))
  return {
    writes,
    rows: expected.size,
    onTarget: target.size,
    onLegacy: legacy.size,
    wrong: difference(expected, target) + difference(expected, legacy),
  }
}

function difference(expected: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): number {
  const keys = new Set([...expected.keys(), ...found.keys()])
  return [...keys].filter((key) => expected.get(key) !== found.get(key)).length
}
