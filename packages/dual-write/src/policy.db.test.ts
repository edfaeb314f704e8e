import { createPoolDatabase } from '@changeover/database'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { installDualWrite, owedState, refusalIn, repair } from './index.ts'
import { type Fixture, openFixture, sync } from './ticket-to-item.fixture.ts'

const insert = (title: string, priority = 'low') =>
  `INSERT INTO ticket (title, priority) VALUES ('${title}', '${priority}')`
const tooLong = 'far too long for an item'

describe('FM-23 strict', () => {
  let open: Fixture
  beforeEach(async () => {
    open = await openFixture()
  })
  afterEach(() => open.close())

  const failureOf = (statement: string) =>
    open.database.query(statement).then(
      () => undefined,
      (error: unknown) => refusalIn(error) ?? error,
    )

  test('refuses a row that a rule cannot map, naming mapping, key, field and rule', async () => {
    expect(await failureOf(insert(tooLong))).toMatchObject({
      code: 'DUAL_WRITE.ROW_REFUSED',
      values: {
        mapping: 'Ticket',
        key: '1',
        field: 'title',
        rule: 'copy(title)',
        why: 'does not fit into its column',
      },
    })
    expect(await open.text('SELECT count(*)::text FROM ticket')).toBe('0')
  })

  test('refuses what a constraint of the other side refuses, and leaves both as they were', async () => {
    await open.database.query(
      `ALTER TABLE item ADD CONSTRAINT no_bobs CHECK (title <> 'bob'); ${insert('ann')}`,
    )
    expect(await failureOf(`UPDATE ticket SET title = 'bob'`)).toMatchObject({
      code: 'DATABASE.CONSTRAINT_VIOLATED',
    })
    expect(await open.apart()).toBeNull()
    expect(await open.text('SELECT title FROM ticket')).toBe('ann')
  })

  test('FM-16 an error or a lost connection after the write leaves neither side', async () => {
    await expect(
      open.database.transaction(async (tx) => {
        await tx.query(insert('one'))
        throw new RangeError('after the write')
      }),
    ).rejects.toThrow('after the write')
    const dying = createPoolDatabase({ url: open.url, maxConnections: 1 })
    const killed = dying.transaction(async (tx) => {
      await tx.query(insert('two'))
      const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      await open.database.query(`SELECT pg_terminate_backend(${rows[0]?.pid}, 5000)`)
      await tx.query('SELECT 1')
    })
    await expect(killed).rejects.toMatchObject({ code: 'DATABASE.CONNECTION_LOST' })
    await dying.close()
    expect(
      await open.text(
        'SELECT count(*)::text FROM (SELECT 1 FROM ticket UNION ALL SELECT 1 FROM item) AS either',
      ),
    ).toBe('0')
  })

  test('FM-16 two transactions, one for each side, leave only one of them when the second is lost (mutation)', async () => {
    await open.database.query(`ALTER TABLE ticket DISABLE TRIGGER USER; ${insert('one')}`)
    const dying = createPoolDatabase({ url: open.url, maxConnections: 1 })
    const killed = dying.transaction(async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      await tx.query(`INSERT INTO item (title, data) VALUES ('one', '{"legacy_id": "1"}')`)
      await open.database.query(`SELECT pg_terminate_backend(${rows[0]?.pid}, 5000)`)
    })
    await expect(killed).rejects.toMatchObject({
      code: expect.stringMatching(/CONNECTION_LOST|COMMIT_UNKNOWN/),
    })
    await dying.close()
    expect(await open.apart()).toContain('one')
  })

  test('FM-26 a refusal that nobody is told of loses the row (mutation)', async () => {
    const { rows } = await open.database.query<{ text: string }>(
      `SELECT pg_get_functiondef(oid) AS text FROM pg_proc WHERE proname LIKE 'sync_tickets_Ticket_forward%'`,
    )
    const told = 'RETURN changeover_refused'
    for (const { text } of rows) {
      expect(text).toContain(told)
      await open.database.query(text.replaceAll(told, 'RETURN NULL'))
    }
    expect(await failureOf(insert(tooLong))).toBeUndefined()
    expect(await open.apart()).toContain(tooLong)
  })

  test('FM-26 says so before: what was legal in legacy and is not on the other side is refused, never lost', async () => {
    for (const statement of [insert(tooLong), insert('x', 'HIGH')])
      expect(await failureOf(statement)).toMatchObject({ code: 'DUAL_WRITE.ROW_REFUSED' })
  })

  test('FM-21 TRUNCATE is refused while a migration is under way, on either side', async () => {
    await open.database.query(insert('one'))
    for (const table of ['ticket', 'item', 'ticket_watcher', 'item_watcher'])
      expect(await failureOf(`TRUNCATE ${table} CASCADE`)).toMatchObject({
        code: 'DUAL_WRITE.TRUNCATE_REFUSED',
        values: { table: expect.any(String) },
      })
    await open.lead('legacy-only')
    expect(await failureOf('TRUNCATE ticket CASCADE')).toBeUndefined()
  })

  test('FM-21 without its trigger TRUNCATE leaves orphans (mutation)', async () => {
    await open.database.query(
      `${insert('one')}; DROP TRIGGER changeover_tickets_truncate ON ticket; DROP TRIGGER changeover_tickets_truncate ON ticket_watcher; TRUNCATE ticket CASCADE`,
    )
    expect(await open.apart()).toContain('one')
  })
})

describe('FM-23 best-effort', () => {
  let open: Fixture
  beforeEach(async () => {
    open = await openFixture('best-effort')
  })
  afterEach(() => open.close())

  const owed = () => owedState(open.database, 'tickets')
  const mend = () => repair(open.database, sync, open.dualWrite)

  test('writes what it can, and owes the row that a rule refuses', async () => {
    await open.database.query(
      `INSERT INTO ticket (title, priority) VALUES ('one', 'low'), ('${tooLong}', 'low')`,
    )
    expect(await open.text('SELECT count(*)::text FROM ticket')).toBe('2')
    expect(await open.text('SELECT title FROM item')).toBe('one')
    expect(await owed()).toMatchObject({
      keys: 1,
      reasons: [{ why: 'title does not fit into its column (copy(title))', keys: 1 }],
    })
  })

  test('owes every key of a statement that the other side refuses, and goes on in the same transaction', async () => {
    await open.database.query(`ALTER TABLE item ADD CONSTRAINT no_bobs CHECK (title <> 'bob')`)
    await open.database.transaction(async (tx) => {
      await tx.query(insert('bob'))
      await tx.query(insert('ann'))
    })
    expect(await open.text('SELECT title FROM item')).toBe('ann')
    expect(await owed()).toMatchObject({ keys: 1 })
  })

  test('without the savepoint the whole transaction would fail (mutation)', async () => {
    await installDualWrite(open.database, { ...open.dualWrite, policy: 'strict' })
    await open.database.query(`ALTER TABLE item ADD CONSTRAINT no_bobs CHECK (title <> 'bob')`)
    await expect(open.database.query(insert('bob'))).rejects.toMatchObject({
      code: 'DATABASE.CONSTRAINT_VIOLATED',
    })
  })

  test('what is owed is paid once it can be, and counted until then', async () => {
    await open.database.query(insert(tooLong))
    expect(await mend()).toEqual({ repaired: 0, remaining: 1, stale: 0 })
    await open.database.query(`UPDATE ticket SET title = 'short'`)
    expect(await open.apart()).toBeNull()
    expect(await mend()).toEqual({ repaired: 1, remaining: 0, stale: 0 })
    expect(await owed()).toMatchObject({ keys: 0, oldestSeconds: 0 })
  })

  test('a constraint that is lifted lets the repair through', async () => {
    await open.database.query(
      `ALTER TABLE item ADD CONSTRAINT no_bobs CHECK (title <> 'bob'); ${insert('bob')}`,
    )
    expect(await mend()).toMatchObject({ remaining: 1 })
    await open.database.query('ALTER TABLE item DROP CONSTRAINT no_bobs')
    expect(await mend()).toMatchObject({ repaired: 1 })
    expect(await open.apart()).toBeNull()
  })

  test('what is owed in the direction of another phase is left alone', async () => {
    await open.database.query(insert(tooLong))
    await open.lead('target-leads')
    expect(await mend()).toEqual({ repaired: 0, remaining: 0, stale: 1 })
    expect(await open.text('SELECT count(*)::text FROM ticket')).toBe('1')
  })

  test('two repairs at once pay each key once', async () => {
    await open.database.query(`ALTER TABLE item ADD CONSTRAINT none CHECK (FALSE) NOT VALID; INSERT INTO ticket (title, priority) SELECT 't' || n, 'low' FROM generate_series(1, 20) n;
      ALTER TABLE item DROP CONSTRAINT none`)
    expect(await owed()).toMatchObject({ keys: 20 })
    await Promise.all([mend(), mend()])
    expect(await open.apart()).toBeNull()
    expect(await owed()).toMatchObject({ keys: 0 })
  })
})
