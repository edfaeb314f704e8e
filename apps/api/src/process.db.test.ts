import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type RunningApi, startApi } from './api.fixture.ts'

let api: RunningApi
let main: ChildProcessWithoutNullStreams
let address: string
let log = ''
beforeAll(async () => {
  api = await startApi()
  const file = fileURLToPath(new URL('./main.ts', import.meta.url))
  main = spawn(process.execPath, ['-C', 'source', file], {
    env: {
      ...process.env,
      DATABASE_URL: api.url,
      PORT: '0',
      AUTH: 'tokens',
      LOG_LEVEL: 'trace',
      MAX_EVENT_LOOP_DELAY_MS: '0',
    },
  })
  main.stdout.on('data', (text) => (log += text))
  main.stderr.on('data', (text) => (log += text))
  await vi.waitFor(() => {
    address = /Server listening at (http:[^"]+)/.exec(log)?.[1] ?? ''
    expect(address).not.toBe('')
  }, 30_000)
}, 60_000)
afterAll(async () => {
  main.kill('SIGKILL')
  await api.close()
})

const secretId = '00000000-dead-4000-8000-000000000000'

describe('the process', () => {
  test('logs who asked what by its id, and neither tokens nor what was sent', async () => {
    const headers = {
      ...(await api.as({ tenant: '1' })),
      cookie: 'session=secret-cookie',
      'content-type': 'application/json',
    }
    const body = JSON.stringify({ title: 'a secret title', linkedEvent: secretId })
    const refused = await fetch(`${address}/api/staff-tasks`, { method: 'POST', headers, body })
    expect(refused.status).toBe(422)
    await fetch(`${address}/api/staff-tasks?limit=1`, { headers })
    const id = refused.headers.get('x-request-id') ?? ''
    await vi.waitFor(() => expect(log).toContain(id))
    expect(log).not.toContain(headers.authorization.slice('Bearer '.length))
    expect(log).not.toMatch(/secret-cookie|a secret title|00000000-dead/)
  })

  test('lets an open request end when it is told to stop, takes no new one, and ends well', async () => {
    const headers = await api.as({ tenant: '1' })
    let answer: Promise<Response> | undefined
    await api.database.transaction(async (tx) => {
      await tx.query('LOCK TABLE staff_task IN ACCESS EXCLUSIVE MODE')
      answer = fetch(`${address}/api/staff-tasks?limit=1`, { headers })
      await vi.waitFor(async () => {
        const { rows } = await tx.query<{ waiting: boolean }>(
          `SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'staff_task'::regclass) AS waiting`,
        )
        expect(rows[0]?.waiting).toBe(true)
      }, 10_000)
      main.kill('SIGTERM')
      await vi.waitFor(() => expect(fetch(`${address}/livez`)).rejects.toThrow(), 10_000)
    })
    const exit = once(main, 'exit')
    expect((await answer)?.status).toBe(200)
    const [code] = await exit
    expect([code, code === 0 ? '' : log.slice(-3_000)]).toEqual([0, ''])
  })
})
