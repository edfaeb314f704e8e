import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findingText } from './index.ts'
import { type Fixture, mappings, openFixture } from './ticket.fixture.ts'

let open: Fixture
beforeEach(async () => {
  open = await openFixture()
})
afterEach(() => open.close())

/** Everything both sides hold, as text. */
const target = () =>
  open.text(`SELECT jsonb_agg(to_jsonb(i) || jsonb_build_object('watchers',
    (SELECT jsonb_agg(person ORDER BY person) FROM item_watcher w WHERE w.item_id = i.id)) ORDER BY i.id)::text FROM item i`)
const legacy = () => open.text(`SELECT jsonb_agg(to_jsonb(t) ORDER BY t.id)::text FROM ticket t`)
const fixAll = async (options?: Parameters<typeof open.verifier.fix>[2]) =>
  open.verifier.fix(mappings, await open.verify(), options)

const damage = `
  DELETE FROM item WHERE data ->> 'legacy_id' = '4';
  UPDATE item SET title = 'changed', data = data || '{"rank": "x", "own": 1.50}' WHERE data ->> 'legacy_id' = '6';
  UPDATE item SET project = NULL, priority = 'urgent' WHERE data ->> 'legacy_id' = '7';
  DELETE FROM item_watcher WHERE person = 'bob' AND item_id = (SELECT id FROM item WHERE data ->> 'legacy_id' = '8');
  INSERT INTO item_watcher SELECT id, 'eve' FROM item WHERE data ->> 'legacy_id' = '9';
  INSERT INTO item (title, data) VALUES ('stray', '{"legacy_id": "99", "note": "\\u00e9"}'), ('no identity', '{}');
  UPDATE item SET title = 'wrong board' WHERE data ->> 'board_id' = '2'`

describe('fix', () => {
  test('mends every class of finding, and the next verification is consistent', async () => {
    await open.run(`DROP INDEX changeover_item_ticket; ${damage};
      INSERT INTO item (title, data) VALUES ('double', '{"legacy_id": "10"}')`)
    const report = await fixAll()
    expect(report).toMatchObject({ left: [], remaining: [], authority: 'legacy' })
    expect(report.written).toEqual({ inserted: 1, updated: 3, deleted: 3, linked: 3, unlinked: 1 })
    expect(await open.verify()).toMatchObject({ verdict: 'consistent' })
    expect(await open.text(`SELECT data ->> 'own' FROM item WHERE data ->> 'legacy_id' = '6'`)).toBe('1.50')
  })

  test('of clean data writes nothing at all', async () => {
    const before = await open.text(`SELECT string_agg(xmin::text || ctid::text, ',' ORDER BY id) FROM item`)
    expect(await fixAll()).toMatchObject({ id: null, changedRows: 0 })
    const stale = { ...(await open.verify()) }
    const finding = { class: 'mismatched', mapping: 'Ticket', key: ['3'], targetKey: null } as const
    const nothing = { field: 'title', rule: null, legacyValue: null, targetValue: null, why: null }
    const report = await open.verifier.fix(mappings, { ...stale, findings: [{ ...finding, ...nothing }] })
    expect(report).toMatchObject({
      id: null,
      changedRows: 0,
      written: { inserted: 0, updated: 0, deleted: 0 },
    })
    expect(await open.text(`SELECT string_agg(xmin::text || ctid::text, ',' ORDER BY id) FROM item`)).toBe(
      before,
    )
    expect(await open.text('SELECT count(*)::text FROM changeover.fix')).toBe('0')
  })

  test('a preview says what a fix would do, and leaves everything as it was', async () => {
    await open.run(damage)
    const before = await target()
    const verification = await open.verify()
    const preview = await open.verifier.previewFix(mappings, verification)
    expect(await target()).toBe(before)
    const report = await open.verifier.fix(mappings, verification)
    expect({ ...report, id: null }).toEqual({ ...preview, id: null })
    expect(report.changedRows).toBeGreaterThan(5)
  })

  test('rows that cannot be mended are named with the reason', async () => {
    await open.run(`INSERT INTO ticket (id, title, status) VALUES (41, 'x', 'strange'), (42, 'y', 'done');
      INSERT INTO item (id, title, data) VALUES ('00000000-0000-0000-0000-00000000000a', 'stray', '{}');
      INSERT INTO item (type, title, origin) VALUES ('note', 'depends', '00000000-0000-0000-0000-00000000000a')`)
    const report = await fixAll()
    expect(report.written).toMatchObject({ inserted: 1, deleted: 0 })
    expect(report.left.map(({ finding, why }) => [finding.class, why])).toEqual([
      ['orphaned', 'other rows depend on this one'],
    ])
    expect(report.remaining.map(findingText)).toEqual([
      'Ticket target row 00000000-0000-0000-0000-00000000000a: no legacy row (it has no identity)',
      'Ticket 41: no target row (the rule map-values(status) cannot map this row: it has a value outside the map)',
    ])
  })

  test('a row that the database refuses keeps none of the others from being mended', async () => {
    await open.run(`DELETE FROM item WHERE data ->> 'legacy_id' IN ('11', '12', '13');
      ALTER TABLE item ADD CONSTRAINT no_twelve CHECK (title <> 'ticket 12')`)
    const report = await fixAll()
    expect(report.written.inserted).toBe(2)
    expect(report.left.map(({ finding }) => finding.key)).toEqual([['12']])
    expect(report.left[0]?.why).toContain('no_twelve')
    expect((await open.verifier.previewFix(mappings, await open.verify())).left).toHaveLength(1)
  })

  test('a target value that legacy only reads is kept where the target has led', async () => {
    await open.run(`UPDATE item SET priority = 'urgent' WHERE data ->> 'legacy_id' = '1'`)
    const report = await open.verifier.fix(mappings, await open.verify({ heldValues: 'keep', strict: true }))
    expect(report).toMatchObject({ changedRows: 0, left: [{ why: expect.stringContaining('keeps it') }] })
    expect(await fixAll()).toMatchObject({ changedRows: 1, remaining: [] })
  })
})

describe('where the target leads', () => {
  test('a fix writes legacy and never the target', async () => {
    await open.run(`UPDATE item SET title = 'new title' WHERE data ->> 'legacy_id' = '3';
      DELETE FROM item WHERE data ->> 'legacy_id' = '7'; DELETE FROM ticket WHERE id = 8`)
    const before = await target()
    const report = await fixAll({ authority: 'target', heldValues: 'keep' })
    expect(report).toMatchObject({
      remaining: [],
      left: [],
      written: { updated: 1, deleted: 1, inserted: 1 },
    })
    expect(await target()).toBe(before)
    expect(await open.text('SELECT title FROM ticket WHERE id = 3')).toBe('new title')
    expect(await open.text('SELECT count(*)::text FROM ticket WHERE id IN (7, 8)')).toBe('1')
    const undone = await open.verifier.undo(mappings, report.id ?? '')
    expect(undone).toMatchObject({ restored: 3, left: [] })
    expect(await open.text('SELECT title FROM ticket WHERE id = 3')).toBe('ticket 3')
  })

  test('a row made on the target side is given a key and a legacy row', async () => {
    await open.run(
      `INSERT INTO item (title, status, data) VALUES ('made here', 'done', '{}'), ('garbled', 'done', '{"legacy_id": "x"}')`,
    )
    const report = await fixAll({ authority: 'target', heldValues: 'keep' })
    expect(report.written).toMatchObject({ inserted: 1 })
    expect(report.remaining.map(findingText)).toEqual([
      expect.stringContaining('its identity x is no legacy key'),
    ])
    expect(await open.text(`SELECT title FROM ticket WHERE id = 41`)).toBe('made here')
  })
})

describe('undo', () => {
  test('takes rows back that refer to each other, the referring ones first', async () => {
    await open.run('UPDATE ticket SET duplicate_of = 2 WHERE id IN (1, 3); TRUNCATE item CASCADE')
    const report = await open.verifier.fix(mappings, await open.verify())
    const undone = await open.verifier.undo(mappings, report.id ?? '')
    expect(undone).toMatchObject({ restored: report.changedRows, left: [] })
    expect(await open.text('SELECT count(*)::text FROM item')).toBe('0')
  })

  test('leaves a row to which the application has referred since, and that reference', async () => {
    await open.run('TRUNCATE item CASCADE')
    const report = await open.verifier.fix(mappings, await open.verify())
    await open.run(
      `INSERT INTO item (title, status, origin) SELECT 'later', 'todo', id FROM item WHERE data ->> 'legacy_id' = '1'`,
    )
    const { left } = await open.verifier.undo(mappings, report.id ?? '')
    expect(left).toContainEqual(expect.objectContaining({ why: 'other rows depend on it' }))
    expect(await open.text(`SELECT (origin IS NOT NULL)::text FROM item WHERE title = 'later'`)).toBe('true')
  })

  test('brings back every row and link as it was', async () => {
    await open.run(damage)
    const [before, legacyBefore] = [await target(), await legacy()]
    const report = await fixAll()
    expect(await target()).not.toBe(before)
    expect(await open.verifier.undo(mappings, report.id ?? '')).toEqual({
      fix: report.id,
      restored: report.changedRows,
      left: [],
    })
    expect(await target()).toBe(before)
    expect(await legacy()).toBe(legacyBefore)
    expect(await open.verifier.undo(mappings, report.id ?? '')).toMatchObject({ restored: 0, left: [] })
  })

  test('leaves rows that have changed since, and names them', async () => {
    await open.run(damage)
    const report = await fixAll()
    await open.run(`UPDATE item SET title = 'edited' WHERE data ->> 'legacy_id' = '6'`)
    const undone = await open.verifier.undo(mappings, report.id ?? '')
    expect(undone.restored).toBe(report.changedRows - 1)
    expect(undone.left).toMatchObject([{ mapping: 'Ticket', why: 'it has changed since the fix' }])
    expect(await open.text(`SELECT title FROM item WHERE data ->> 'legacy_id' = '6'`)).toBe('edited')
  })

  test('a row waits for the one that it refers to', async () => {
    await open.run(`INSERT INTO item (id, title, data) VALUES ('00000000-0000-0000-0000-00000000000a', 'stray', '{}');
      UPDATE item SET origin = '00000000-0000-0000-0000-00000000000a' WHERE data ->> 'legacy_id' = '3'`)
    const before = await target()
    const report = await fixAll()
    expect(report).toMatchObject({ left: [], remaining: [], changedRows: 2 })
    expect(await open.verifier.undo(mappings, report.id ?? '')).toMatchObject({ restored: 2, left: [] })
    expect(await target()).toBe(before)
  })

  test('of an unknown fix fails', async () => {
    await expect(open.verifier.undo(mappings, '77')).rejects.toMatchObject({ code: 'VERIFIER.FIX_UNKNOWN' })
  })
})
