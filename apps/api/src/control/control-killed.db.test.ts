import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { lockPhase } from '@changeover/rollout'
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { type RunningApi, startApi } from '../api.fixture.ts'
import { jobEnded, operator, type Operators, operatorsOf } from './control.fixture.ts'

// Each starts a process, perhaps on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

let api: RunningApi
let operators: Operators
let victim: ChildProcessWithoutNullStreams | undefined
beforeAll(async () => {
  api = await startApi({ auth: 'tokens' })
  operators = await operatorsOf(api)
})
afterEach(() => void victim?.kill('SIGKILL'))
afterAll(() => api.close())

const reason = 'a test'

/** A process of its own, asked as the other one is; `kill` ends it as a crash does. */
async function startVictim() {
  const file = fileURLToPath(new URL('../main.ts', import.meta.url))
  const env = {
    ...process.env,
    DATABASE_URL: api.url,
    PORT: '0',
    AUTH: 'tokens',
    MAX_EVENT_LOOP_DELAY_MS: '0',
  }
  const child = spawn(process.execPath, ['-C', 'source', file], { env })
  victim = child
  let log = ''
  child.stdout.on('data', (text) => (log += text))
  const address = await vi.waitFor(() => {
    const found = /Server listening at (http:[^"]+)/.exec(log)?.[1]
    if (found === undefined) throw new Error(log)
    return found
  }, 60_000)
  return {
    async ask(method: string, path: string, payload?: object) {
      const answer = await fetch(`${address}/control/migrations/work-items${path}`, {
        method,
        headers: { ...operators.admin, ...(payload && { 'content-type': 'application/json' }) },
        ...(payload && { body: JSON.stringify(payload) }),
      })
      return (await answer.json()) as Record<string, unknown>
    },
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

test('FM-61 a move whose process is killed is shown as begun, and the next one finishes it', async () => {
  const ask = operator(api.app, operators.admin)
  const { ask: askVictim, kill } = await startVictim()
  const held = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  const writer = api.database.transaction(async (tx) => {
    await lockPhase(tx, 'work-items')
    held.resolve()
    await end.promise
  })
  await held.promise
  onTestFinished(() => end.resolve())
  const moving = askVictim('POST', '/advance', { reason, expectedEpoch: '1' }).catch(
    (error: unknown) => error,
  )
  const openTransition = { from: 'legacy-only', to: 'legacy-leads', step: 'prepared', by: 'the admin' }
  const shown = async () => (await ask('GET', '')).body
  await vi.waitFor(async () => expect(await shown()).toMatchObject({ phase: { openTransition } }), 20_000)
  await kill()
  expect(await moving).toBeInstanceOf(Error)
  end.resolve()
  await writer
  expect(await shown()).toMatchObject({ phase: { openTransition, stored: { epoch: '1' } } })
  await vi.waitFor(async () => {
    // The server may need a moment to notice that the process is gone.
    expect(await ask('POST', '/advance', { reason, expectedEpoch: '1' })).toMatchObject({
      status: 200,
      body: { resumed: true, phase: { phase: { name: 'legacy-leads' }, epoch: '2' } },
    })
  }, 20_000)
  expect(await shown()).toMatchObject({ phase: { openTransition: null } })
})

test('FM-09 a backfill whose process is killed is reported with what it has done, and another process goes on from there', async () => {
  await api.go('legacy-leads')
  const ask = operator(api.app, operators.admin)
  const { ask: askVictim, kill } = await startVictim()
  await askVictim('POST', '/backfill', { reason, batchRows: 10, pauseMs: 3_600_000 })
  await vi.waitFor(async () => {
    expect(await askVictim('GET', '')).toMatchObject({ job: { progress: { rowsDone: 10 } } })
  }, 20_000)
  await kill()
  const { body } = await ask('GET', '')
  const { mappings } = (body as unknown as { status: { state: { mappings: { backfill: object | null }[] } } })
    .status.state
  expect(body).toMatchObject({ job: null })
  expect(mappings.flatMap(({ backfill }) => backfill ?? [])).toMatchObject([
    { state: 'running', rowsDone: 10, secondsSinceProgress: expect.any(Number) },
  ])
  expect(await ask('POST', '/backfill', { reason })).toMatchObject({ status: 202 })
  const job = await jobEnded(api.app, operators.viewer)
  expect(job).toMatchObject({ state: 'done', failure: null })
  const { rows } = await api.database.query(`select sum(rows_done)::int as rows,
    (select count(*)::int from work_item) as made from changeover.backfill`)
  expect(rows).toEqual([{ rows: 375, made: 375 }])
})
