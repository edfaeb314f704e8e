import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Ledger } from './ledger.ts'
import type { Store } from './stores.ts'
import { openDatabases } from './two-databases.fixture.ts'

let databases: Awaited<ReturnType<typeof openDatabases>>

beforeAll(async () => {
  databases = await openDatabases()
})
beforeEach(() => databases.empty())
afterAll(() => databases.close())

/** Holds the first save until it is let go, and says when it has come. */
function createBarrier() {
  const come = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  let isFirst = true
  const hold = (store: Store<string>): Store<string> => ({
    ...store,
    async save(key, value) {
      if (isFirst) {
        isFirst = false
        come.resolve()
        await go.promise
      }
      return await store.save(key, value)
    },
  })
  return { hold, come: come.promise, letGo: go.resolve }
}

/** Two processes write the same key; the second write of the first one is slow. */
async function writeTwice(ledger: (ledger: Ledger) => Ledger) {
  const barrier = createBarrier()
  const first = await databases.start(1, { target: barrier.hold, ledger })
  const second = await databases.start(1, { ledger })
  await first.call.save('k', 'one')
  await barrier.come
  await second.call.save('k', 'two')
  await second.settled()
  barrier.letGo()
  await first.settled()
  await second.repair()
  return { legacy: await first.legacy.load('k'), target: await second.target.load('k') }
}

describe('FM-17 two processes that write the same key', () => {
  test('leave both stores with the later one, however slow the second write of the earlier one is', async () => {
    expect(await writeTwice((ledger) => ledger)).toEqual({ legacy: 'two', target: 'two' })
  })

  test('(mutation) without the ledger’s order the older one overtakes the later', async () => {
    const alwaysAlone = (ledger: Ledger): Ledger => ({
      ...ledger,
      outbox: {
        ...ledger.outbox,
        begin: async (key, source) => ({ ...(await ledger.outbox.begin(key, source)), isAlone: true }),
      },
    })
    expect(await writeTwice(alwaysAlone)).toEqual({ legacy: 'two', target: 'one' })
  })

  test('leave both stores equal, when they write at the same time again and again', async () => {
    const processes = await Promise.all([databases.start(1), databases.start(1)])
    await processes[0].synchronizeAll()
    await Promise.all(
      processes.flatMap((each, index) =>
        Array.from({ length: 20 }, (_write, turn) => each.call.save(`k${turn % 3}`, `${index}.${turn}`)),
      ),
    )
    for (const each of processes) await each.settled()
    await processes[0].repair()
    for (const key of ['k0', 'k1', 'k2'])
      expect(await processes[0].target.load(key)).toBe(await processes[1].legacy.load(key))
    expect((await processes[0].state()).outbox).toMatchObject({ legacy: 0, target: 0 })
  })
})

/** A process that is killed when its caller has the answer, and its second write is not there yet. */
async function killBetweenWrites(ledger: 'noting' | 'noting nothing'): Promise<void> {
  const { urls } = databases
  const script = fileURLToPath(new URL('./killed.fixture.ts', import.meta.url))
  const args = [urls.legacy, urls.target, urls.ledger, ledger]
  const child = spawn(process.execPath, ['--conditions=source', script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await once(child.stdout, 'data') // it says so when the caller has its answer
  expect(String(said)).toBe('saved\n')
  child.kill('SIGKILL')
  await once(child, 'exit')
}

test('FM-66 a process that is killed between its two writes leaves behind what it owes', async () => {
  await killBetweenWrites('noting')
  const other = await databases.start(1)
  expect(await other.legacy.load('k')).toBe('acknowledged')
  expect(await other.target.load('k')).toBeUndefined()
  expect((await other.state()).outbox).toMatchObject({ target: 1 })
  expect(await other.repair()).toEqual({ paid: 0, failed: 0, busy: 0 }) // it may be alive yet
  await databases.ledgerDatabase.query(
    "UPDATE changeover.switchover_owed SET held_until = held_until - interval '61 s'",
  )
  expect(await other.repair()).toEqual({ paid: 1, failed: 0, busy: 0 })
  expect(await other.target.load('k')).toBe('acknowledged')
})

test('FM-66 without an entry before the first write nobody knows of the second one (mutation)', async () => {
  await killBetweenWrites('noting nothing')
  const other = await databases.start(1)
  expect((await other.state()).outbox).toMatchObject({ target: 0 })
  expect(await other.repair()).toEqual({ paid: 0, failed: 0, busy: 0 })
  expect(await other.legacy.load('k')).toBe('acknowledged')
  expect(await other.target.load('k')).toBeUndefined()
})

test('while the ledger is silent legacy answers, and the target counts as behind for everybody', async () => {
  const one = await databases.start(1)
  await one.synchronizeAll()
  await one.ledgerPool.close()
  await one.call.save('k', 'v')
  expect(await one.call.load('k')).toBe('v')
  const { isWhole, outbox } = await one.state()
  expect({ isWhole, outbox }).toEqual({ isWhole: { legacy: true, target: false }, outbox: undefined })
  await one.call.load('k')
  expect((await one.state()).problems.map(({ code }) => code)).toEqual(['SWITCHOVER.LEDGER_SILENT'])
})

test('a process that cannot read the ledger does not start', async () => {
  await databases.ledgerDatabase.query('ALTER TABLE changeover.switchover_note RENAME TO elsewhere')
  const started = databases.start(1)
  await started.catch(() => {})
  await databases.ledgerDatabase.query('ALTER TABLE changeover.elsewhere RENAME TO switchover_note')
  await expect(started).rejects.toMatchObject({ code: 'DATABASE.TABLE_MISSING' })
})
