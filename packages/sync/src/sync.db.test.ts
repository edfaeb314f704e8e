import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { adopt, discard, type HeldValues, type Key } from './index.ts'
import { openFixture, type SyncFixture, ticketToItem } from './ticket-to-item.fixture.ts'

let open: SyncFixture

beforeEach(async () => {
  open = await openFixture()
})
afterEach(() => open.close())

const keys = (...ids: readonly number[]): readonly Key[] => ids.map((id) => [String(id)])

function forward(ids: readonly Key[], heldValues: HeldValues = 'keep') {
  return open.database.transaction((tx) => open.sync.keys(tx, ticketToItem, 'forward', ids, { heldValues }))
}

function backward(ids: readonly Key[]) {
  return open.database.transaction((tx) =>
    open.sync.keys(tx, ticketToItem, 'backward', ids, { heldValues: 'keep' }),
  )
}

const items = () =>
  open.text(`SELECT string_agg(concat_ws(' ', i.data ->> 'legacy_id', i.title, i.priority, i.data ->> 'rank', o.title), ', '
    ORDER BY (i.data ->> 'legacy_id')::int) FROM item i LEFT JOIN item o ON o.id = i.origin`)

const tickets = () =>
  open.text(
    `SELECT string_agg(concat_ws(' ', id, title, priority, rank, duplicate_of), ', ' ORDER BY id) FROM ticket`,
  )

describe('forward', () => {
  beforeEach(() =>
    open.database.query(`INSERT INTO ticket VALUES (1, 'one', 'low', 7, NULL), (2, 'two', 'critical', NULL, 1), (3, 'three', 'low', 0, 3);
      SELECT setval(pg_get_serial_sequence('ticket', 'id'), 3)`),
  )

  test('inserts what is missing, with references to rows of the same call', async () => {
    expect(await forward(keys(1, 2, 3))).toMatchObject({ inserted: 3, updated: 0, deleted: 0, refused: [] })
    expect(await items()).toBe('1 one low 7, 2 two critical one, 3 three low 0 three')
  })

  test('a second call writes nothing', async () => {
    await forward(keys(1, 2, 3))
    const before = await open.text("SELECT string_agg(xmin::text || ctid::text, ',' ORDER BY id) FROM item")
    expect(await forward(keys(1, 2, 3))).toMatchObject({
      inserted: 0,
      updated: 0,
      deleted: 0,
      linked: 0,
      unlinked: 0,
    })
    const after = await open.text("SELECT string_agg(xmin::text || ctid::text, ',' ORDER BY id) FROM item")
    expect(after).toBe(before)
  })

  test('updates what differs and keeps the JSON keys that no rule writes', async () => {
    await forward(keys(1, 2))
    await open.database.query(`UPDATE item SET data = data || '{"own": [null, 1.50]}';
      UPDATE ticket SET title = 'uno', rank = NULL WHERE id = 1`)
    expect(await forward(keys(1, 2))).toMatchObject({ inserted: 0, updated: 1 })
    expect(await open.text(`SELECT data::text FROM item WHERE title = 'uno'`)).toBe(
      '{"own": [null, 1.50], "legacy_id": "1"}',
    )
  })

  test('deletes what has no source, and empties references to it', async () => {
    await forward(keys(1, 2, 3))
    await open.database.query('DELETE FROM ticket WHERE id IN (1, 3)')
    expect(await forward(keys(1, 2, 3, 99))).toMatchObject({ deleted: 2, updated: 1 })
    expect(await items()).toBe('2 two critical')
  })

  test('leaves rows of other types alone', async () => {
    await forward(keys(1))
    await open.database.query(
      `INSERT INTO item (type, title, priority, data) VALUES ('note', 'mine', 'low', '{"legacy_id": "9"}')`,
    )
    expect(await forward(keys(9))).toMatchObject({ deleted: 0 })
  })

  test('keeps a value that only the target can hold, or overwrites it where the target has never led', async () => {
    await forward(keys(2))
    await open.database.query(`UPDATE item SET priority = 'urgent'`)
    expect(await forward(keys(2))).toMatchObject({ updated: 0 })
    await open.database.query(`UPDATE ticket SET title = 'deux' WHERE id = 2`)
    expect(await forward(keys(2))).toMatchObject({ updated: 1 })
    expect(await items()).toBe('2 deux urgent')
    expect(await forward(keys(2), 'overwrite')).toMatchObject({ updated: 1 })
    expect(await items()).toBe('2 deux critical')
  })

  test('reports rows that a rule refuses, and writes the others', async () => {
    await open.database.query(
      `INSERT INTO ticket VALUES (4, 'four', 'HIGH', 1, NULL), (5, 'far too long for an item', 'low', 1, NULL)`,
    )
    const result = await forward(keys(1, 4, 5))
    expect(result).toMatchObject({ inserted: 1 })
    expect(result.refused).toEqual([
      {
        key: ['4'],
        rule: 'map-values(priority)',
        field: 'map-values(priority)',
        why: 'has a value outside the map',
      },
      { key: ['5'], rule: 'copy(title)', field: 'title', why: 'does not fit into its column' },
    ])
  })

  test('a row whose referent comes later is written again when it does', async () => {
    await forward(keys(2))
    expect(await items()).toBe('2 two critical')
    await forward(keys(1))
    expect(await items()).toBe('1 one low 7, 2 two critical one')
  })

  test('a reference to a refused row of the same call stays empty instead of failing the call', async () => {
    await open.database.query(`UPDATE ticket SET priority = 'HIGH' WHERE id = 1`)
    expect(await forward(keys(1, 2))).toMatchObject({ inserted: 1 })
    expect(await items()).toBe('2 two critical')
  })

  test('link rows follow their parent', async () => {
    await open.database.query(`INSERT INTO ticket_watcher VALUES (1, 'ann'), (1, 'bob'), (2, 'cid')`)
    expect(await forward(keys(1, 2, 3))).toMatchObject({ linked: 3, unlinked: 0 })
    await open.database.query(
      `DELETE FROM ticket_watcher WHERE person = 'ann'; INSERT INTO ticket_watcher VALUES (1, 'dan')`,
    )
    expect(await forward(keys(1, 2))).toMatchObject({ linked: 1, unlinked: 1, updated: 0 })
    expect(await open.text(`SELECT string_agg(person, ',' ORDER BY person) FROM item_watcher`)).toBe(
      'bob,cid,dan',
    )
  })

  test('a batch takes the next rows after a key', async () => {
    const result = await open.database.transaction((tx) =>
      open.sync.batch(
        tx,
        ticketToItem,
        'forward',
        { after: ['1'], upTo: ['9'], limitRows: 1 },
        { heldValues: 'keep' },
      ),
    )
    expect(result).toMatchObject({ inserted: 1, keys: [['2']] })
  })

  test('a range also removes what only the replica has', async () => {
    await forward(keys(1, 2, 3))
    await open.database.query('DELETE FROM ticket WHERE id IN (1, 3)')
    const range = (upTo: string) =>
      open.database.transaction((tx) =>
        open.sync.range(tx, ticketToItem, 'forward', { upTo: [upTo] }, { heldValues: 'keep' }),
      )
    expect(await range('2')).toMatchObject({ deleted: 1 })
    expect(await items()).toBe('2 two critical, 3 three low 0 three')
  })
})

describe('backward', () => {
  beforeEach(async () => {
    await open.database.query(
      `INSERT INTO ticket VALUES (1, 'one', 'low', 7, NULL); SELECT setval(pg_get_serial_sequence('ticket', 'id'), 1)`,
    )
    await forward(keys(1))
  })

  test('updates legacy from the target, and reads what legacy cannot hold', async () => {
    await open.database.query(
      `UPDATE item SET title = 'uno', priority = 'urgent', data = data || '{"rank": 8}'`,
    )
    expect(await backward(keys(1))).toMatchObject({ updated: 1, refused: [] })
    expect(await tickets()).toBe('1 uno critical 8')
    expect(await backward(keys(1))).toMatchObject({ updated: 0 })
    expect(await forward(keys(1))).toMatchObject({ updated: 0 })
  })

  test('a row created on the target side takes its key from the legacy sequence, once', async () => {
    const id = await open.text(`INSERT INTO item (title, priority) VALUES ('new', 'low') RETURNING id::text`)
    const adoptIt = () => open.database.transaction((tx) => adopt(tx, ticketToItem, [String(id)]))
    expect(await adoptIt()).toEqual([['2']])
    expect(await adoptIt()).toEqual([['2']])
    expect(await backward(keys(2))).toMatchObject({ inserted: 1 })
    expect(await tickets()).toBe('1 one low 7, 2 new low')
  })

  test('deletes the legacy row whose target is gone, and follows links and references', async () => {
    await open.database.query(`INSERT INTO item (title, priority, origin, data)
      SELECT 'second', 'low', id, '{"legacy_id": "5"}' FROM item; INSERT INTO item_watcher SELECT id, 'eve' FROM item`)
    expect(await backward(keys(1, 5))).toMatchObject({ inserted: 1, linked: 2 })
    expect(await tickets()).toBe('1 one low 7, 5 second low 1')
    await open.database.query(`DELETE FROM item WHERE data ->> 'legacy_id' = '1'`)
    expect(await backward(keys(1, 5))).toMatchObject({ deleted: 1 })
    expect(await tickets()).toBe('5 second low')
  })

  test('refuses a value without a legacy reading', async () => {
    await open.database.query(`UPDATE item SET priority = 'whatever'`)
    expect((await backward(keys(1))).refused).toMatchObject([
      { key: ['1'], why: 'has a value without a legacy reading' },
    ])
  })
})

describe('discard', () => {
  test('deletes rows without a source and doubles, and nothing that the mapping made', async () => {
    await open.database.query(
      `INSERT INTO ticket VALUES (1, 'one', 'low', 7, NULL); DROP INDEX changeover_item_ticket`,
    )
    await forward(keys(1))
    await open.database.query(
      `INSERT INTO item (title, priority, data) VALUES ('stray', 'low', '{}'), ('double', 'low', '{"legacy_id": "1"}')`,
    )
    const ids = async (where: string) =>
      (await open.database.query<{ id: string }>(`SELECT id::text FROM item WHERE ${where}`)).rows.map(
        ({ id }) => id,
      )
    const drop = (list: readonly string[]) =>
      open.database.transaction((tx) => discard(tx, ticketToItem, list))
    expect(await drop(await ids(`title IN ('stray', 'double')`))).toBe(2)
    expect(await drop(await ids('TRUE'))).toBe(0)
    expect(await items()).toBe('1 one low 7')
  })

  test('a row of another type with the same identity makes no double', async () => {
    await open.database.query(`INSERT INTO ticket VALUES (1, 'one', 'low', 7, NULL)`)
    await forward(keys(1))
    await open.database.query(
      `INSERT INTO item (type, title, priority, data) VALUES ('note', 'mine', 'low', '{"legacy_id": "1"}')`,
    )
    const own = await open.text(`SELECT id::text FROM item WHERE title = 'one'`)
    expect(await open.database.transaction((tx) => discard(tx, ticketToItem, [own ?? '']))).toBe(0)
  })
})
