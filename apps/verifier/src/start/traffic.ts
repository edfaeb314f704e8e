import { setTimeout } from 'node:timers/promises'
import { type Database, retrying } from '@changeover/database'
import { lockPhase } from '@changeover/rollout'

/** What a writer was told is stored, by legacy key; null where the row was deleted. */
type Acknowledged = Map<string, string | null>

/** Legacy code that goes on writing staff tasks, whoever leads. */
export interface Traffic {
  /** Lets the writers come to an end. Errors: those of a write that was not merely retried. */
  stop(): Promise<void>
  /** Deletes the rows that are left, as the legacy code would. */
  clear(): Promise<void>
  count(): Promise<TrafficCount>
}

/** Acknowledged writes against what is there. */
interface TrafficCount {
  readonly writes: number
  readonly rows: number
  readonly onTarget: number
  readonly onLegacy: number
  /** Rows that are missing, differ, or came back after they were deleted, on either side. */
  readonly wrong: number
}

const mark = 'traffic of npm start:'
const pauseMs = 20

/** Deletes what the writers of an interrupted run have left, where legacy is still written. */
export async function forgetTraffic(database: Database, migration: string): Promise<void> {
  await retrying(database, async (tx) => {
    const { phase } = await lockPhase(tx, migration)
    if (phase.name === 'target-only' || phase.name === 'contracted') return
    const table = phase.authority === 'legacy' ? 'staff_task' : 'changeover_legacy.staff_task'
    await tx.query(`delete from ${table} where title like $1`, [`${mark}%`])
  })
}

/** Starts writers that insert, change and delete tasks of their own, in the table or through its proxy, as the phase says. */
export function startTraffic(database: Database, migration: string, writers: number): Traffic {
  const acknowledged: Acknowledged = new Map()
  const state = { writes: 0, isStopped: false }
  const write = async (id: string | undefined, title: string | null) => {
    const key = await retrying(database, async (tx) => {
      const { phase } = await lockPhase(tx, migration)
      const table = phase.authority === 'legacy' ? 'staff_task' : 'changeover_legacy.staff_task'
      const { rows } = await tx.query<{ id: string }>(...statement(table, id, title))
      return rows[0]?.id
    })
    if (key !== undefined) acknowledged.set(key, title)
    state.writes += 1
    return key
  }
  const work = async (writer: number) => {
    for (let round = 1; !state.isStopped; round += 1) {
      const id = await write(undefined, `${mark} ${writer}/${round}`)
      await write(id, `${mark} ${writer}/${round} changed`)
      if (round % 3 === 0) await write(id, null)
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
      for (const [id, title] of acknowledged) if (title !== null) await write(id, null)
    },
    count: () => countRows(database, acknowledged, state.writes),
  }
}

function statement(table: string, id: string | undefined, title: string | null): [string, string[]] {
  if (id === undefined)
    return [`insert into ${table} (title) values ($1) returning id::text as id`, [title ?? '']]
  if (title === null) return [`delete from ${table} where id = $1::bigint returning id::text as id`, [id]]
  return [`update ${table} set title = $2 where id = $1::bigint returning id::text as id`, [id, title]]
}

async function countRows(
  database: Database,
  acknowledged: Acknowledged,
  writes: number,
): Promise<TrafficCount> {
  const legacy = await titles(database, `select id::text as id, title from staff_task where title like $1`)
  const target = await titles(
    database,
    `select task_data ->> 'legacy_id' as id, title from work_item where title like $1`,
  )
  const expected = new Map([...acknowledged].flatMap(([id, title]) => (title === null ? [] : [[id, title]])))
  return {
    writes,
    rows: expected.size,
    onTarget: target.size,
    onLegacy: legacy.size,
    wrong: difference(expected, target) + difference(expected, legacy),
  }
}

async function titles(database: Database, text: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await database.query<{ id: string; title: string }>(text, [`${mark}%`])
  return new Map(rows.map(({ id, title }) => [id, title]))
}

function difference(expected: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): number {
  const keys = new Set([...expected.keys(), ...found.keys()])
  return [...keys].filter((key) => expected.get(key) !== found.get(key)).length
}
