import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { errors } from './errors.ts'
import { liveInstances } from './instance.ts'
import { type Home, openHome } from './rollout.fixture.ts'
import { take } from './take.fixture.ts'

let home: Home
let child: ChildProcessWithoutNullStreams | undefined

beforeAll(async () => {
  home = await openHome()
})
afterEach(() => {
  child?.kill('SIGKILL')
})
afterAll(() => home.close())

const script = fileURLToPath(new URL('./follower.fixture.ts', import.meta.url))

/** Starts an instance; `ask` lets it write once and gives its answer. */
async function follow(migration: string) {
  const follower = spawn(process.execPath, ['--conditions=source', script, home.url, migration])
  child = follower
  follower.stderr.pipe(process.stderr)
  const lines = createInterface({ input: follower.stdout })[Symbol.asyncIterator]()
  const answer = async () => (await lines.next()).value
  expect(await answer()).toBe('ready')
  return {
    follower,
    ask() {
      follower.stdin.write('write\n')
      return answer()
    },
  }
}

test('FM-05 a process that was stopped while the phase changed is fenced: its write by the old phase is refused, retriably', async () => {
  await home.store('stopped')
  const { follower, ask } = await follow('stopped')
  expect(await ask()).toBe('wrote by legacy-only')
  follower.kill('SIGSTOP')
  const ttlSeconds = 1
  await take(home, 'stopped', 'legacy-leads', { options: { heartbeatTtlSeconds: ttlSeconds } })
  const advance = () =>
    take(home, 'stopped', 'target-leads', { options: { heartbeatTtlSeconds: ttlSeconds } })
  await expect(advance()).rejects.toMatchObject({
    code: errors.GATES_CLOSED.code,
    message: expect.stringContaining('follower (build 1) acts by legacy-only'),
  })
  while ((await liveInstances(home.database, 'stopped', ttlSeconds)).length > 0) await setTimeout(50)
  await advance()
  follower.kill('SIGCONT')
  expect(await ask()).toBe(`${errors.PHASE_CHANGED.code} retriable`)
  expect(await ask()).toBe('wrote by target-leads')
  follower.stdin.end()
  await once(follower, 'exit')
})
