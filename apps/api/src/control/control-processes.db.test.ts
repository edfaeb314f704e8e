import type { AddressInfo } from 'node:net'
import { phaseOf, runBackfill } from '@changeover/migration'
import { transitionsOf } from '@changeover/rollout'
import { workItems } from '@changeover/work-items'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type RunningApi, startApi } from '../api.fixture.ts'
import { type Api, createApi } from '../index.ts'
import { readSettings } from '../settings.ts'
import { operator, type Operators, operatorsOf } from './control.fixture.ts'

let api: RunningApi
let operators: Operators
const others: Api[] = []
beforeEach(async () => {
  api = await startApi({ auth: 'tokens' })
  operators = await operatorsOf(api)
})
afterEach(async () => {
  for (const other of others.splice(0)) await other.close()
  await api.close()
})

const reason = 'a test'
const slow = { reason, batchRows: 10, pauseMs: 3_600_000 }

async function anotherProcess(): Promise<Api> {
  const settings = readSettings({ DATABASE_URL: api.url, LOG_LEVEL: 'silent', MAX_EVENT_LOOP_DELAY_MS: '0' })
  const other = await createApi({ ...settings, auth: 'tokens', version: 'another' })
  others.push(other)
  return other
}

test('of two processes that advance at the same moment one does it, and the other is told so', async () => {
  const askers = [operator(api.app, operators.admin), operator(await anotherProcess(), operators.admin)]
  const answers = await Promise.all(
    askers.map((ask) => ask('POST', '/advance', { reason, expectedEpoch: '1' })),
  )
  const refused = answers.filter(({ status }) => status === 409)
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(refused).toHaveLength(1)
  expect(['ROLLOUT.TRANSITION_CONFLICT', 'ROLLOUT.EPOCH_MOVED']).toContain(refused[0]?.body['code'])
  expect(await phaseOf(api.database, 'work-items')).toMatchObject({ epoch: '2' })
  expect(await transitionsOf(api.database, 'work-items')).toHaveLength(1)
})

test('a process that ends in the middle of a backfill leaves whole batches, and another one goes on', async () => {
  const ending = await anotherProcess()
  const ask = operator(ending, operators.admin)
  await ask('POST', '/advance', { reason, expectedEpoch: '1' })
  await ask('POST', '/backfill', slow)
  await vi.waitFor(async () => {
    const { body } = await ask('GET', '')
    expect(body).toMatchObject({ job: { progress: { rowsDone: 10 } } })
  }, 10_000)
  const begun = performance.now()
  await ending.close()
  expect(performance.now() - begun).toBeLessThan(10_000)
  const states = async () =>
    (await api.database.query('select state, rows_done from changeover.backfill order by started_at')).rows
  expect(await states()).toEqual([{ state: 'stopped', rows_done: '10' }])
  const { database } = api
  const { isDone, mappings } = await runBackfill({ database, migration: workItems, environment: {} })
  expect(isDone).toBe(true)
  expect(mappings.map(({ run, total }) => total.rows - run.rows)).toEqual([10, 0, 0])
})

test('events come over a socket, what was missed is told after Last-Event-ID, and a process that ends ends them', async () => {
  const serving = await anotherProcess()
  await serving.listen({ host: '127.0.0.1', port: 0 })
  const { port } = serving.server.address() as AddressInfo // it listens on a port
  const follow = async (headers: Record<string, string> = {}) => {
    const stopping = new AbortController()
    const url = `http://127.0.0.1:${port}/control/events?migration=work-items`
    const answer = await fetch(url, {
      headers: { ...operators.viewer, ...headers },
      signal: stopping.signal,
    })
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
    let seen = ''
    return {
      stop: () => stopping.abort(),
      async until(text: string): Promise<string> {
        while (!seen.includes(text)) {
          const { value, done } = (await reader?.read()) ?? { value: '', done: true }
          if (done) throw new Error(`ended without ${text}: ${seen}`)
          seen += value
        }
        return seen
      },
      ended: async () => {
        while ((await reader?.read())?.done === false);
        return true
      },
    }
  }
  const ask = operator(serving, operators.admin)
  const first = await follow()
  await ask('POST', '/advance', { reason, expectedEpoch: '1' })
  const seen = await first.until('"epoch":"2"')
  expect(seen).toContain('event: phase\ndata: {"migration":"work-items","move":"advance","step":"flipped"}')
  const [, lastId = ''] = /id: (\S+)\nevent: phase\ndata: [^\n]*"epoch":"2"/.exec(seen) ?? []
  first.stop()
  await ask('POST', '/backfill', slow)

  const again = await follow({ 'last-event-id': lastId })
  const missed = await again.until('"rowsDone":10')
  expect(missed).toContain('"kind":"backfill"')
  expect(missed).not.toContain('event: phase')
  const stranger = await follow({ 'last-event-id': 'of-another-process-7' })
  await stranger.until('event: reset')
  await serving.close()
  expect(await Promise.all([again.ended(), stranger.ended()])).toEqual([true, true])
})
