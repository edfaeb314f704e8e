import { createPoolDatabase, type Database, runDdl } from '@changeover/database'
import {
  createMemoryLedger,
  createPostgresLedger,
  createSwitchover,
  type Ledger,
  ledgerDdl,
  read,
  type RolloutPhase,
  rolloutPhases,
  write,
} from '@changeover/switchover'
import { type Measure, median, seconds } from './measure.ts'

const rounds = 300
const warmUp = 50
const value = JSON.stringify({ userInput: 'x'.repeat(500), stepCount: 3 })

/** One call through the facade beside the same call of the implementation, in turns, on one server. */
export async function switchover(
  serverUrl: string,
  _rows: number,
  say: (text: string) => void,
): Promise<readonly Measure[]> {
  const database = createPoolDatabase({ url: serverUrl })
  try {
    for (const table of ['kept_legacy', 'kept_target'])
      await database.query(`CREATE TABLE ${table} (key text PRIMARY KEY, value jsonb NOT NULL)`)
    await runDdl(database, ledgerDdl)
    const ledgers = { memory: createMemoryLedger, PostgreSQL: () => createPostgresLedger(database, 'bench') }
    const measures: Measure[] = []
    for (const [where, ledger] of Object.entries(ledgers))
      for (const phase of [0, 1, 2, 3] as const) {
        say(`phase ${phase}, ledger in ${where}`)
        measures.push(...(await measurePhase(database, ledger(), phase, where)))
      }
    return [...measures, await alone()]
  } finally {
    await database.close()
  }
}

async function measurePhase(
  database: Database,
  ledger: Ledger,
  phase: RolloutPhase,
  where: string,
): Promise<readonly Measure[]> {
  const stores = { legacy: tableStore(database, 'kept_legacy'), target: tableStore(database, 'kept_target') }
  await become(ledger, stores, phase)
  const { call, settled } = await open(ledger, stores, phase)
  const direct = stores[phase < 2 ? 'legacy' : 'target']
  const keys = (round: number) => `k${round % 500}`
  // What goes on behind the caller's back is waited for outside of the time that a caller waits.
  const save = await turns(
    (round) => call.save(keys(round), value),
    (round) => direct.save(keys(round), value),
    settled,
  )
  const load = await turns(
    (round) => call.load(keys(round)),
    (round) => direct.load(keys(round)),
    settled,
  )
  return [
    lineOf(`save, phase ${phase}, ledger in ${where}`, save),
    lineOf(`load, phase ${phase}, ledger in ${where}`, load),
  ]
}

type Stores = Readonly<Record<'legacy' | 'target', ReturnType<typeof tableStore>>>

/** The target has to be whole before it may lead. */
async function become(ledger: Ledger, stores: Stores, phase: RolloutPhase): Promise<void> {
  if (phase < 2) return
  await (await open(ledger, stores, 1)).synchronizeAll()
}

function open(ledger: Ledger, stores: Stores, phase: RolloutPhase) {
  const key = (id: string) => id
  return createSwitchover({
    name: 'bench',
    flags: () => rolloutPhases[phase],
    ledger,
    stores: { ...stores, toTarget: (each: string) => each, toLegacy: (each: string) => each },
    operations: {
      save: write({ key, legacy: stores.legacy.save, target: stores.target.save }),
      load: read({ key, legacy: stores.legacy.load, target: stores.target.load }),
    },
  })
}

function tableStore(database: Database, table: string) {
  return {
    async load(key: string) {
      const { rows } = await database.query<{ value: string }>(
        `SELECT value::text AS value FROM ${table} WHERE key = $1`,
        [key],
      )
      return rows[0]?.value
    },
    async save(key: string, saved: string) {
      await database.query(
        `INSERT INTO ${table} VALUES ($1, $2::text::jsonb) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
        [key, saved],
      )
    },
    remove: (key: string) => database.query(`DELETE FROM ${table} WHERE key = $1`, [key]),
    async keys(after: string | undefined, limit: number) {
      const { rows } = await database.query<{ key: string }>(
        `SELECT key FROM ${table} WHERE $1::text IS NULL OR key > $1 ORDER BY key LIMIT $2::int`,
        [after ?? null, limit],
      )
      return rows.map(({ key }) => key)
    },
  }
}

interface Turns {
  readonly ours: number
  readonly direct: number
}

async function turns(
  ours: (round: number) => Promise<unknown>,
  direct: (round: number) => Promise<unknown>,
  between: () => Promise<void>,
): Promise<Turns> {
  const times = { ours: [] as number[], direct: [] as number[] }
  for (let round = -warmUp; round < rounds; round += 1) {
    const at = Math.abs(round)
    const directly = await seconds(() => direct(at))
    const through = await seconds(() => ours(at))
    await between()
    if (round < 0) continue
    times.ours.push(through)
    times.direct.push(directly)
  }
  return { ours: median(times.ours), direct: median(times.direct) }
}

function lineOf(name: string, { ours, direct }: Turns): Measure {
  const ms = (time: number) => `${(time * 1000).toFixed(3)} ms`
  return { name, ours: ms(ours), other: `directly ${ms(direct)}`, ratio: ours / direct }
}

/** What the facade itself costs, where the implementation costs nothing. */
async function alone(): Promise<Measure> {
  const nothing = {
    load: async () => undefined,
    save: async () => {},
    remove: async () => {},
    keys: async () => [],
  }
  const { call } = await createSwitchover({
    name: 'nothing',
    flags: () => rolloutPhases[0],
    ledger: createMemoryLedger(),
    stores: { legacy: nothing, target: nothing, toTarget: () => 0, toLegacy: () => 0 },
    operations: {
      load: read({
        key: (id: string) => id,
        legacy: async (id: string) => id,
        target: async (id: string) => id,
      }),
    },
  })
  const calls = 20_000
  const run = async () => {
    for (let each = 0; each < calls; each += 1) await call.load('k')
  }
  await run()
  const took = await seconds(run)
  return {
    name: 'load of an implementation that does nothing',
    ours: `${((took / calls) * 1e6).toFixed(1)} µs`,
    other: '',
    ratio: undefined,
  }
}
