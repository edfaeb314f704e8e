import { createPoolDatabase, type PoolDatabase, runDdl } from '@changeover/database'
import { createTestDatabase, type TestDatabase } from '@changeover/embedded-postgres/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMemoryLedger, createPostgresLedger, type Ledger } from './ledger.ts'
import { ledgerDdl } from './ledger-ddl.ts'

let home: TestDatabase
let one: PoolDatabase
let two: PoolDatabase

beforeAll(async () => {
  home = await createTestDatabase()
  one = createPoolDatabase({ url: home.url })
  two = createPoolDatabase({ url: home.url })
  await runDdl(one, ledgerDdl)
  await runDdl(one, ledgerDdl)
})
afterAll(async () => {
  await one.close()
  await two.close()
  await home.drop()
})

/** Two processes that share a ledger. */
const pairs: readonly (readonly [string, () => readonly [Ledger, Ledger]])[] = [
  [
    'in memory',
    () => {
      const ledger = createMemoryLedger()
      return [ledger, ledger]
    },
  ],
  [
    'in PostgreSQL',
    () => {
      const name = `test ${Math.random()}`
      return [createPostgresLedger(one, name), createPostgresLedger(two, name)]
    },
  ],
]

describe.each(pairs)('the outbox %s', (_where, open) => {
  const outboxes = () => open().map(({ outbox }) => outbox) as [Ledger['outbox'], Ledger['outbox']] // there are two

  test('knows a key from the beginning of a write until both sides are equal', async () => {
    const [here, there] = outboxes()
    expect(await there.sourceOf('k')).toBeUndefined()
    const ticket = await here.begin('k', 'target')
    expect(ticket).toMatchObject({ key: 'k', source: 'target', isAlone: true })
    expect(await there.sourceOf('k')).toBe('target')
    await here.settle(ticket)
    expect(await there.sourceOf('k')).toBeUndefined()
    expect(await there.totals()).toEqual({ legacy: 0, target: 0, oldestSeconds: 0 })
  })

  test('gives a second writer the source of the first, whatever it asked for, and tells it that it is not alone', async () => {
    const [here, there] = outboxes()
    const first = await here.begin('k', 'legacy')
    const second = await there.begin('k', 'target')
    expect(second).toMatchObject({ source: 'legacy', isAlone: false })
    expect(await there.join('k')).toMatchObject({ source: 'legacy', isAlone: false })
    await here.settle(first) // somebody has joined, so that it stays
    expect(await here.totals()).toMatchObject({ target: 1, legacy: 0 })
  })

  test('lets exactly one of many writers be alone', async () => {
    const [here, there] = outboxes()
    const tickets = await Promise.all(
      Array.from({ length: 20 }, (_each, index) =>
        (index % 2 === 0 ? here : there).begin('k', index % 3 === 0 ? 'legacy' : 'target'),
      ),
    )
    expect(tickets.filter(({ isAlone }) => isAlone)).toHaveLength(1)
    expect(new Set(tickets.map(({ source }) => source)).size).toBe(1)
    expect(new Set(tickets.map(({ version }) => version)).size).toBe(20)
    const ends = await Promise.all(tickets.map((ticket) => there.owe(ticket, 'test')))
    expect(ends.filter(({ isLast }) => isLast)).toHaveLength(1)
  })

  test('gives a key to one copier at a time, and to none while it is written', async () => {
    const [here, there] = outboxes()
    const ticket = await here.begin('k', 'legacy')
    expect(await there.claim('k')).toBeUndefined()
    expect(await there.due(10)).toEqual([])
    await here.owe(ticket, 'broken')
    expect(await there.due(10)).toEqual([{ key: 'k', towards: 'target', attempts: 0, why: 'broken' }])
    const claims = await Promise.all([here.claim('k'), there.claim('k')])
    const [claim] = claims.filter((each) => each !== undefined)
    expect(claims.filter((each) => each !== undefined)).toHaveLength(1)
    expect(await there.due(10)).toEqual([])
    if (claim) await there.giveBack(claim, 'still broken')
    expect(await here.due(10)).toMatchObject([{ key: 'k', attempts: 1, why: 'still broken' }])
  })

  test('does not count a key as paid that was written while it was copied', async () => {
    const [here, there] = outboxes()
    await here.owe(await here.begin('k', 'legacy'))
    const claim = await there.claim('k')
    if (claim === undefined) return expect.unreachable('it can be copied')
    const late = await here.begin('k', 'legacy')
    expect(await there.pay(claim)).toBe(false)
    expect(await there.claim('k')).toBeUndefined()
    await here.owe(late)
    const again = await there.claim('k')
    expect(again && (await there.pay(again))).toBe(true)
    expect(await here.sourceOf('k')).toBeUndefined()
  })

  test('turns the source of a key for a writer who is alone, and for nobody else', async () => {
    const [here, there] = outboxes()
    const first = await here.begin('k', 'target')
    expect(await here.turn(first, 'legacy')).toBe(true)
    expect(await there.sourceOf('k')).toBe('legacy')
    const second = await there.begin('k', 'target')
    expect(second.source).toBe('legacy')
    expect(await here.turn(first, 'target')).toBe(false)
  })

  test('joins nothing where nothing is owed', async () => {
    const [here, there] = outboxes()
    expect(await here.join('k')).toBeUndefined()
    expect(await there.claim('k')).toBeUndefined()
  })

  test('an entry that comes back is not ended by who knew the old one', async () => {
    const [here, there] = outboxes()
    const old = await here.begin('k', 'legacy')
    await here.settle(old)
    const next = await there.begin('k', 'target')
    expect(next.version).not.toBe(old.version)
    expect(await here.turn(old, 'legacy')).toBe(false)
  })
})

describe.each(pairs)('the notes %s', (_where, open) => {
  test('lose no change of two that happen at once', async () => {
    const [{ notes: here }, { notes: there }] = open()
    const add = (old: unknown) => Number(old ?? 0) + 1
    await Promise.all(
      Array.from({ length: 20 }, (_each, index) => (index % 2 === 0 ? here : there).change('n', add)),
    )
    expect(await there.read('n')).toBe(20)
    expect(await there.read('other')).toBeUndefined()
  })
})
