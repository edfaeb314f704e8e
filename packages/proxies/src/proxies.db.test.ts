import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { toProxyFailure } from './to-proxy-failure.ts'
import { openTickets, ticketToItem, type TicketFixture } from './tickets.fixture.ts'

let tickets: TicketFixture
const view = 'changeover_legacy.ticket'
const run = (query: string) => tickets.database.query<Record<string, unknown>>(query)
const one = async (query: string) => (await run(query)).rows[0]

beforeAll(async () => {
  tickets = await openTickets()
})
afterAll(() => tickets.close())
beforeEach(async () => {
  await run('TRUNCATE ticket, item CASCADE; ALTER SEQUENCE ticket_id_seq RESTART')
})

describe('a proxy', () => {
  test('has the columns of its table, in its order and types', async () => {
    const columns = (table: string) =>
      tickets.rows(`SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
        WHERE a.attrelid = '${table}'::regclass AND a.attnum > 0 ORDER BY a.attnum`)
    expect(await columns(view)).toEqual(await columns('ticket'))
    expect(await columns('changeover_legacy.ticket_watcher')).toEqual(await columns('ticket_watcher'))
  })

  test('reads what the mapping reads, and a dropped column as its default', async () => {
    await run(`INSERT INTO ticket (title, priority, stage, code, hours, due, extra, search_text) VALUES
      ('one', 'critical', 'planned', 'A', 1.50, '2026-01-02', '{"a": [1, null]}', 'none'), ('two', 'low', 'done', NULL, NULL, NULL, 'null', 'none')`)
    await tickets.database.transaction((tx) =>
      tickets.sync.batch(tx, ticketToItem, 'forward', {}, { heldValues: 'overwrite' }),
    )
    expect(await tickets.rows(`SELECT * FROM ${view} ORDER BY id`)).toEqual(
      await tickets.rows('SELECT * FROM ticket ORDER BY id'),
    )
  })
})

describe('an insert', () => {
  test('gets the sequence and the defaults of the table, and returns them', async () => {
    const made = await run(`INSERT INTO ${view} (title) VALUES ('one') RETURNING *`)
    await run('ALTER SEQUENCE ticket_id_seq RESTART')
    expect(made.rows).toEqual((await run(`INSERT INTO ticket (title) VALUES ('one') RETURNING *`)).rows)
    expect(await tickets.rows(`SELECT title, type, stage, data FROM item`)).toEqual([
      expect.stringContaining('"legacy_id": "1"'),
    ])
  })

  test.each([
    ['a NULL in a NOT NULL column', `(title) VALUES (NULL)`],
    ['an explicit NULL where there is a default', `(title, rank) VALUES ('x', NULL)`],
    ['a text that is too long', `(title) VALUES ('${'x'.repeat(21)}')`],
    ['a value that a CHECK forbids', `(title, rank) VALUES ('x', -1)`],
    ['a reference to nothing', `(title, duplicate_of) VALUES ('x', 99)`],
    ['a number that is no number', `(title, hours) VALUES ('x', 123456)`],
  ])('refuses %s with the code and the words of the table', async (_name, values) => {
    const known = await tickets.refusal(`INSERT INTO ticket ${values}`)
    const told = await tickets.refusal(`INSERT INTO ${view} ${values}`)
    const shown = ({ code, message, table, column, constraint }: typeof told) => ({
      code,
      message,
      table,
      column,
      constraint,
    })
    expect(known.message).not.toBe('was not refused')
    expect(shown(told)).toEqual(shown(known))
  })

  test('refuses a value outside the map, naming rule and column', async () => {
    expect(await tickets.refusal(`INSERT INTO ${view} (title, priority) VALUES ('x', 'odd')`)).toMatchObject({
      code: 'UC201',
      table: 'ticket',
      column: 'priority',
      constraint: 'map-values(priority)',
      message: 'the rule map-values(priority) of Ticket refuses ticket.priority: has a value outside the map',
    })
  })

  test('is refused with a failure that has a code, the values and a fix', async () => {
    const failureOf = (statement: string) => run(statement).then(() => undefined, toProxyFailure)
    expect(await failureOf(`INSERT INTO ${view} (title, stage) VALUES ('x', 'odd')`)).toMatchObject({
      code: 'PROXIES.ROW_REFUSED',
      values: {
        table: 'ticket',
        column: 'stage',
        rule: 'map-values(stage)',
        why: 'has a value outside the map',
      },
      fix: expect.stringContaining('widen the rule'),
    })
    expect(await failureOf('SELECT 1 / 0')).toBeUndefined()
  })

  test('takes a row that refers to itself', async () => {
    await run(`INSERT INTO ${view} (id, title, duplicate_of) VALUES (5, 'x', 5)`)
    expect(await one(`SELECT count(*)::int AS n FROM ${view} WHERE id = 5`)).toEqual({ n: 1 })
  })
})

describe('an update', () => {
  test('leaves alone what only the target can hold', async () => {
    await run(`INSERT INTO ${view} (title, priority) VALUES ('one', 'critical')`)
    await run(`UPDATE item SET priority = 'urgent', color = 'red', data = data || '{"mine": 1}'`)
    expect(
      await one(`UPDATE ${view} SET title = 'two', priority = 'critical', rank = 3 RETURNING priority, rank`),
    ).toEqual({ priority: 'critical', rank: 3 })
    expect(
      await one(`SELECT title, priority, color, data ->> 'mine' AS mine, data ->> 'rank' AS rank FROM item`),
    ).toEqual({
      title: 'two',
      priority: 'urgent',
      color: 'red',
      mine: '1',
      rank: '3',
    })
    await run(`UPDATE ${view} SET priority = 'low'`)
    expect(await one('SELECT priority FROM item')).toEqual({ priority: 'low' })
  })

  test('writes in part a row that the old shape cannot hold, and reads it as the mapping says', async () => {
    await run(`INSERT INTO ${view} (title) VALUES ('one')`)
    await run(`UPDATE item SET title = '${'x'.repeat(30)}', stage = 'waiting'`)
    expect(await one(`SELECT title, stage FROM ${view}`)).toEqual({ title: null, stage: null })
    await run(`UPDATE ${view} SET rank = 4`)
    expect(await one(`SELECT length(title) AS length, stage, data ->> 'rank' AS rank FROM item`)).toEqual({
      length: 30,
      stage: 'waiting',
      rank: '4',
    })
  })

  test('refuses what the table refuses, and what a rule refuses', async () => {
    await run(`INSERT INTO ${view} (title) VALUES ('one')`)
    expect(await tickets.refusal(`UPDATE ${view} SET title = NULL`)).toMatchObject({
      code: '23502',
      column: 'title',
    })
    expect(await tickets.refusal(`UPDATE ${view} SET rank = -1`)).toMatchObject({
      code: '23514',
      constraint: 'ticket_rank_check',
    })
    expect(await tickets.refusal(`UPDATE ${view} SET duplicate_of = 7`)).toMatchObject({
      code: '23503',
      constraint: 'ticket_duplicate_of_foreign',
    })
    expect(await tickets.refusal(`UPDATE ${view} SET stage = 'odd'`)).toMatchObject({
      code: 'UC201',
      column: 'stage',
    })
  })

  test('moves a key and the rows behind it, but not under rows that refer to it', async () => {
    await run(
      `INSERT INTO ${view} (title) VALUES ('one'), ('two'); INSERT INTO changeover_legacy.ticket_watcher VALUES (2, 'ann')`,
    )
    await run(`UPDATE ${view} SET duplicate_of = 1 WHERE id = 2`)
    expect(await tickets.refusal(`UPDATE ${view} SET id = 10 WHERE id = 1`)).toMatchObject({
      code: '23503',
      constraint: 'ticket_duplicate_of_foreign',
    })
    await run(`UPDATE ${view} SET id = 20 WHERE id = 2`)
    expect(await tickets.rows(`SELECT id, duplicate_of FROM ${view} ORDER BY id`)).toEqual([
      '{"id": 1, "duplicate_of": null}',
      '{"id": 20, "duplicate_of": 1}',
    ])
    expect(await tickets.rows('SELECT * FROM changeover_legacy.ticket_watcher')).toEqual([
      '{"person": "ann", "ticket_id": 20}',
    ])
  })
})

describe('a delete', () => {
  test('sets references to NULL and takes links with it, as the foreign keys say', async () => {
    await run(
      `INSERT INTO ${view} (title) VALUES ('one'), ('two'), ('three'); INSERT INTO changeover_legacy.ticket_watcher VALUES (1, 'ann'), (2, 'bob')`,
    )
    await run(`UPDATE ${view} SET duplicate_of = 1 WHERE id IN (2, 3)`)
    expect((await run(`DELETE FROM ${view} WHERE id = 1`)).rowCount).toBe(1)
    expect(await tickets.rows(`SELECT id, duplicate_of FROM ${view} ORDER BY id`)).toEqual([
      '{"id": 2, "duplicate_of": null}',
      '{"id": 3, "duplicate_of": null}',
    ])
    expect(await tickets.rows('SELECT * FROM item_watcher')).toEqual([expect.stringContaining('bob')])
  })

  test('takes a row and the one that refers to it in one statement, within a savepoint too', async () => {
    for (const where of ['TRUE', 'id > 0 ORDER BY id DESC']) {
      await run(`INSERT INTO ${view} (id, title) VALUES (1, 'one'), (2, 'two')`)
      await run(`UPDATE ${view} SET duplicate_of = 1 WHERE id = 2`)
      await run(
        `BEGIN; SAVEPOINT s; DELETE FROM ${view} WHERE id IN (SELECT id FROM ${view} WHERE ${where}); RELEASE s; COMMIT`,
      )
      expect(await tickets.rows('SELECT id FROM item')).toEqual([])
    }
  })
})

describe('links', () => {
  test('are inserted, changed and deleted as in the table', async () => {
    const links = 'changeover_legacy.ticket_watcher'
    await run(`INSERT INTO ${view} (title) VALUES ('one'), ('two')`)
    await run(`INSERT INTO ${links} (ticket_id, person) VALUES (1, 'ann'), (2, 'bob')`)
    await run(`UPDATE ${links} SET ticket_id = 2 WHERE person = 'ann'`)
    expect((await run(`DELETE FROM ${links} WHERE ticket_id = 2 AND person = 'bob'`)).rowCount).toBe(1)
    expect(await tickets.rows(`SELECT * FROM ${links}`)).toEqual(['{"person": "ann", "ticket_id": 2}'])
    expect(await tickets.refusal(`INSERT INTO ${links} VALUES (9, 'ann')`)).toMatchObject({
      code: '23503',
      constraint: 'ticket_watcher_ticket_foreign',
    })
    expect(await tickets.refusal(`INSERT INTO ${links} VALUES (2, 'ann')`)).toMatchObject({ code: '23505' })
    expect(await tickets.refusal(`INSERT INTO ${links} VALUES (NULL, 'ann')`)).toMatchObject({
      code: '23502',
      column: 'ticket_id',
    })
  })
})
