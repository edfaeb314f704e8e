import { createBackfill, type RunOptions } from '@changeover/backfill'
import { createPoolDatabase, type PoolDatabase } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { changePhase, install } from '@changeover/migration'
import type { GateName, PhaseName } from '@changeover/rollout'
import { createSync } from '@changeover/sync'
import { generateStaffTasks, migrate, seedWorkItems, workItems } from '@changeover/work-items'
import autocannon from 'autocannon'
import { type Measure, median } from './measure.ts'
import { type ServerProcess, startServer } from './server-process.ts'

const rounds = 5
const roundSeconds = 2
const connections = 8
// A ninety-ninth percentile needs requests.
const longer = 3

type Requests = readonly autocannon.Request[]

const json = { 'content-type': 'application/json' }
const legacyRequests: Readonly<Record<string, Requests>> = {
  'legacy list, a filtered page': [{ path: '/api/staff-tasks?status=at_risk&sort=boardPosition&limit=20' }],
  'legacy row by its key': [{ path: '/api/staff-tasks/17' }],
  'legacy row made': [
    {
      method: 'POST',
      path: '/api/staff-tasks',
      headers: json,
      body: JSON.stringify({ title: 'Bench', priority: 'high' }),
    },
  ],
  'legacy row changed': [1, 2, 3, 4, 5, 6, 7, 8].map((id) => ({
    method: 'PATCH',
    path: `/api/staff-tasks/${id}`,
    headers: json,
    body: JSON.stringify({ boardPosition: id }),
  })),
}

/** The API in each phase beside itself before the changeover, and beside an application with nothing of ours; they take turns. */
export async function api(
  serverUrl: string,
  rows: number,
  say: (text: string) => void,
): Promise<readonly Measure[]> {
  const opened: Home[] = []
  const open = async (phase: PhaseName, isFilled: boolean) => {
    say(`${rows} staff tasks in ${phase}${isFilled ? '' : ', not brought over'}`)
    const home = await openHome(serverUrl, rows, phase, isFilled)
    opened.push(home)
    return home
  }
  try {
    const before = await open('legacy-only', false)
    const following = await open('legacy-leads', true)
    const leading = await open('target-leads', true)
    const measures: Measure[] = []
    for (const [name, requests] of Object.entries(legacyRequests)) {
      say(name)
      measures.push(...(await besideBefore(name, requests, { before, following, leading })))
    }
    say('a list of work items beside one without anything of ours')
    measures.push(await besideBare(leading))
    say('the rest during a backfill')
    measures.push(await duringBackfill(await open('legacy-leads', false)))
    return measures
  } finally {
    for (const home of opened) await home.close()
  }
}

interface Home {
  readonly database: PoolDatabase
  readonly databaseUrl: string
  readonly server: ServerProcess
  close(): Promise<void>
}

/** What only time in production gives. */
const waive: readonly GateName[] = [
  'shadow-agrees',
  'healthy',
  'losses-accepted',
  'replicas-fresh',
  'certificate-fresh',
]

async function openHome(serverUrl: string, rows: number, phase: PhaseName, isFilled: boolean): Promise<Home> {
  const { url } = await createTestDatabase({ serverUrl })
  const database = createPoolDatabase({ url, maxConnections: 4 })
  await migrate(url)
  await seedWorkItems(database)
  await generateStaffTasks(database, rows)
  await install(database, workItems)
  const go = (to: PhaseName) =>
    changePhase(database, workItems, { to, by: 'bench', reason: 'a benchmark', waive }, { rehearsal: 'none' })
  if (phase !== 'legacy-only') await go('legacy-leads')
  if (isFilled) await fill(database)
  if (phase === 'target-leads') await go('target-leads')
  await database.query('VACUUM ANALYZE')
  const server = await startServer('./api-server.ts', url)
  return {
    database,
    databaseUrl: url,
    server,
    async close() {
      await server.stop()
      await database.close()
    },
  }
}

async function fill(database: PoolDatabase, options: Partial<RunOptions> = { speed: 'full' }): Promise<void> {
  const engine = createBackfill({ database, sync: createSync(workItems.mappings), migration: workItems.name })
  for (const mapping of workItems.ordered) await engine.run(mapping, { heldValues: 'overwrite', ...options })
  if (options.signal?.aborted !== true) await install(database, workItems)
}

async function besideBefore(
  name: string,
  requests: Requests,
  homes: Readonly<Record<'before' | 'following' | 'leading', Home>>,
): Promise<readonly Measure[]> {
  const rates: Record<keyof typeof homes, number[]> = { before: [], following: [], leading: [] }
  for (let round = -1; round < rounds; round += 1)
    for (const side of ['before', 'following', 'leading'] as const) {
      const { requestsPerSecond } = await ask(homes[side].server, requests)
      if (round >= 0) rates[side].push(requestsPerSecond)
    }
  const rate = (side: keyof typeof homes) => median(rates[side])
  const beside = (side: 'following' | 'leading', phase: PhaseName, leastShare: number): Measure => ({
    name: `${name}, ${phase}`,
    ours: `${rate(side).toFixed(0)} requests/s`,
    other: `legacy-only ${rate('before').toFixed(0)} requests/s`,
    ratio: rate('before') / rate(side),
    bound: Number((1 / leastShare).toFixed(2)),
  })
  return [beside('following', 'legacy-leads', 0.85), beside('leading', 'target-leads', 0.8)]
}

async function besideBare({ server, databaseUrl }: Home): Promise<Measure> {
  const bare = await startServer('./bare-server.ts', databaseUrl)
  const times: Record<'ours' | 'bare', number[]> = { ours: [], bare: [] }
  const list: Requests = [{ path: '/api/work-items?limit=100&sort=id' }]
  try {
    for (let round = -1; round < rounds; round += 1)
      for (const [side, asked] of [
        ['ours', server],
        ['bare', bare],
      ] as const) {
        const { requestsPerSecond } = await ask(asked, list)
        if (round >= 0) times[side].push(1000 / requestsPerSecond)
      }
  } finally {
    await bare.stop()
  }
  const [ours, other] = [median(times.ours), median(times.bare)]
  return {
    name: 'list of 100 work items',
    ours: `${ours.toFixed(2)} ms each`,
    other: `MikroORM and Fastify ${other.toFixed(2)} ms`,
    ratio: ours / other,
    bound: 1.3,
  }
}

/** Reads and writes by the API, at rest and while a backfill goes on that yields to them; both take turns. */
async function duringBackfill({ database, server }: Home): Promise<Measure> {
  const mixed = Object.values(legacyRequests).flat()
  await ask(server, mixed)
  const p99: Record<'rest' | 'during', number[]> = { rest: [], during: [] }
  let hasLasted = true
  for (let round = 0; round < rounds; round += 1) {
    p99.rest.push((await ask(server, mixed, longer)).p99Ms)
    const stop = new AbortController()
    const filling = fill(database, { signal: stop.signal }).then(() => (hasLasted &&= stop.signal.aborted))
    p99.during.push((await ask(server, mixed, longer)).p99Ms)
    stop.abort()
    await filling
  }
  const [during, rest] = [median(p99.during), median(p99.rest)]
  return {
    name: `p99 during a backfill${hasLasted ? '' : ' (it ended first: give more rows)'}`,
    ours: `${during} ms`,
    other: `at rest ${rest} ms`,
    ratio: during / rest,
    ...(hasLasted && { bound: 1.3 }),
  }
}

async function ask({ url }: ServerProcess, requests: Requests, times = 1) {
  const duration = roundSeconds * times
  const result = await autocannon({ url, connections, duration, requests: [...requests] })
  if (result.non2xx + result.errors > 0)
    throw new Error(`${result.non2xx} refusals and ${result.errors} errors of ${requests[0]?.path}`)
  return { requestsPerSecond: result.requests.average, p99Ms: result.latency.p99 }
}
