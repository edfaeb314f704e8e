import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findingText } from './index.ts'
import { type Fixture, openFixture } from './ticket.fixture.ts'

let open: Fixture
beforeEach(async () => {
  open = await openFixture()
})
afterEach(() => open.close())

describe('a migration that agrees', () => {
  test('has the newest certificate as its own, also after the tenth', async () => {
    for (let round = 0; round < 11; round += 1) await open.verify()
    expect((await open.verifier.certificate())?.id).toBe('11')
  })

  test('is consistent, with every row read on both sides and every slot compared', async () => {
    const verification = await open.verify()
    expect(verification).toMatchObject({
      verdict: 'consistent',
      reasons: [],
      findings: [],
      findingsOmitted: 0,
    })
    expect(verification.mappings[0]).toMatchObject({
      mapping: 'Board',
      total: 3,
      withTarget: 3,
      targetTotal: 3,
    })
    expect(verification.mappings[1]).toMatchObject({
      mapping: 'Ticket',
      total: 40,
      withTarget: 40,
      missing: 0,
      mismatched: 0,
      held: 0,
      duplicate: 0,
      orphaned: 0,
      targetTotal: 40,
      fields: {},
      heldFields: {},
    })
    expect(verification.mappings[1]?.coverage).toEqual({
      chunks: 7,
      chunksRead: 7,
      compared: [
        'title',
        'status',
        'data.legacy_status',
        'priority',
        'startDate',
        'startTime',
        'data.starts_at',
        'data.rank',
        'data.cost',
        'data.weight',
        'data.extra',
        'data.changed_at',
        'origin',
        'project',
        'watchers',
      ],
      dropped: [{ field: 'search', reason: 'search is given up: derived by a trigger' }],
    })
  })
})

describe('findings', () => {
  test('a missing row is named by its key', async () => {
    await open.run(`DELETE FROM item WHERE data ->> 'legacy_id' IN ('1', '40')`)
    const verification = await open.verify()
    expect(verification.verdict).toBe('findings')
    expect(verification.mappings[1]).toMatchObject({ total: 40, withTarget: 38, missing: 2, mismatched: 0 })
    expect(verification.findings.map(findingText)).toEqual([
      'Ticket 1: no target row',
      'Ticket 40: no target row',
    ])
  })
})

describe('every class of finding', () => {
  const found = async (change: string) => {
    await open.run(change)
    const { findings, mappings, verdict } = await open.verify()
    return { texts: findings.map(findingText), counts: mappings[1], verdict }
  }

  test('mismatched fields are named with both values, each row counted once', async () => {
    const { texts, counts } = await found(
      `UPDATE item SET title = 'changed', data = data || '{"rank": "3"}' WHERE data ->> 'legacy_id' = '3'`,
    )
    expect(texts).toEqual([
      `Ticket 3 title: 'changed' instead of 'ticket 3'`,
      `Ticket 3 data.rank: '"3"' instead of '3'`,
    ])
    expect(counts).toMatchObject({ mismatched: 1, fields: { title: 1, 'data.rank': 1 } })
  })

  test('a value that only the target can hold is a finding where the target has never led', async () => {
    const { texts, counts, verdict } = await found(
      `UPDATE item SET priority = 'urgent' WHERE data ->> 'legacy_id' = '1'`,
    )
    expect(texts).toEqual([`Ticket 1 priority: 'urgent' instead of 'critical' (held by the target)`])
    expect(counts).toMatchObject({ mismatched: 0, held: 1, heldFields: { priority: 1 } })
    expect(verdict).toBe('findings')
  })

  test('the same value is only counted where the target has led, unless the mode is strict', async () => {
    await open.run(`UPDATE item SET priority = 'urgent' WHERE data ->> 'legacy_id' = '1'`)
    const led = await open.verify({ heldValues: 'keep' })
    expect(led).toMatchObject({ verdict: 'consistent', mappings: [{}, { held: 1, mismatched: 0 }] })
    expect(led.findings.map((each) => each.class)).toEqual(['held'])
    expect((await open.verify({ heldValues: 'keep', strict: true })).verdict).toBe('findings')
  })

  test('orphans: no legacy row, an empty identity, one that is no key', async () => {
    const { texts, counts } = await found(
      `INSERT INTO item (id, title, data) SELECT ('00000000-0000-0000-0000-00000000000' || n)::uuid, 'x', data::jsonb
       FROM (VALUES (1, '{"legacy_id": "99"}'), (2, '{}'), (3, '{"legacy_id": "007"}'), (4, '{"legacy_id": "x"}'), (5, '[]')) v(n, data)`,
    )
    expect(texts.toSorted()).toEqual([
      'Ticket target row 00000000-0000-0000-0000-000000000001: no legacy row (its identity is 99)',
      'Ticket target row 00000000-0000-0000-0000-000000000002: no legacy row (it has no identity)',
      'Ticket target row 00000000-0000-0000-0000-000000000003: no legacy row (its identity 007 is no legacy key)',
      'Ticket target row 00000000-0000-0000-0000-000000000004: no legacy row (its identity x is no legacy key)',
      'Ticket target row 00000000-0000-0000-0000-000000000005: no legacy row (it has no identity)',
    ])
    expect(counts).toMatchObject({ orphaned: 5, targetTotal: 45, mismatched: 0 })
  })

  test('of several target rows for one legacy row the one that agrees is kept, the others are duplicates', async () => {
    await open.run('DROP INDEX changeover_item_ticket')
    const { texts, counts } = await found(
      `INSERT INTO item (id, title, data) SELECT id, 'x', '{"legacy_id": "8"}' FROM (VALUES
         ('00000000-0000-0000-0000-000000000001'::uuid), ('ffffffff-ffff-ffff-ffff-ffffffffffff')) v(id)`,
    )
    expect(texts.toSorted()).toEqual([
      'Ticket 8: a further target row 00000000-0000-0000-0000-000000000001',
      'Ticket 8: a further target row ffffffff-ffff-ffff-ffff-ffffffffffff',
    ])
    expect(counts).toMatchObject({ total: 40, withTarget: 40, duplicate: 2, mismatched: 0, orphaned: 0 })
  })

  test('links that one side has more of are a mismatch with both sets', async () => {
    const { texts, counts } = await found(`DELETE FROM item_watcher WHERE person = 'bob' AND item_id =
        (SELECT id FROM item WHERE data ->> 'legacy_id' = '2'); INSERT INTO ticket_watcher VALUES (3, 'cid');
      INSERT INTO item_watcher SELECT id, 'dan' FROM item WHERE data ->> 'legacy_id' = '5'`)
    expect(texts).toEqual([
      `Ticket 2 watchers: '{ann}' instead of '{ann,bob}'`,
      `Ticket 3 watchers: '{}' instead of '{cid}'`,
      `Ticket 5 watchers: '{dan}' instead of '{}'`,
    ])
    expect(counts).toMatchObject({ mismatched: 3, fields: { watchers: 3 } })
  })

  test('a wrong parent is a mismatch of the reference', async () => {
    const { counts, texts } = await found(
      `UPDATE item SET origin = NULL WHERE data ->> 'legacy_id' = '5'; UPDATE item SET project = NULL WHERE data ->> 'legacy_id' = '7'`,
    )
    expect(counts).toMatchObject({ mismatched: 2, fields: { origin: 1, project: 1 } })
    expect(texts[0]).toMatch(/^Ticket 5 origin: NULL instead of '[0-9a-f-]{36}'$/)
  })

  test('a row that a rule refuses is missing with the reason, and never agrees', async () => {
    const { texts } = await found(
      `INSERT INTO ticket (id, title, status) VALUES (41, 'a title that is too long', 'done'), (42, 'x', 'strange');
       UPDATE ticket SET title = 'ticket 4 with a long title' WHERE id = 4;
       UPDATE item SET title = 'ticket 4 with a long' WHERE data ->> 'legacy_id' = '4';
       UPDATE ticket SET priority = 'high' WHERE id = 2;`,
    )
    expect(texts).toEqual([
      `Ticket 2 priority: NULL, but the rule map-values(priority) cannot map this row: it has a value outside the map`,
      `Ticket 4 title: 'ticket 4 with a long', but the rule copy(title) cannot map this row: it does not fit into its column`,
      'Ticket 41: no target row (the rule copy(title) cannot map this row: it does not fit into its column)',
      'Ticket 42: no target row (the rule map-values(status) cannot map this row: it has a value outside the map)',
    ])
  })

  test('damaged values are found and named, and never fail the statement', async () => {
    const { texts, counts } = await found(`
      UPDATE item SET data = data || '{"rank": {"deep": 1}}' WHERE data ->> 'legacy_id' = '10';
      UPDATE item SET data = data || '{"changed_at": "garbage"}' WHERE data ->> 'legacy_id' = '11';
      UPDATE item SET data = data || '{"starts_at": 5}' WHERE data ->> 'legacy_id' = '12';
      UPDATE item SET data = data || '{"legacy_status": "garbage"}' WHERE data ->> 'legacy_id' = '13';
      UPDATE item SET data = data - 'cost' WHERE data ->> 'legacy_id' = '14';
      UPDATE item SET start_time = '24:00:00', start_date = '5874897-12-31' WHERE data ->> 'legacy_id' = '15'`)
    expect(counts?.fields).toMatchObject({
      'data.rank': 1,
      'data.changed_at': 1,
      'data.cost': 1,
      startDate: 1,
      startTime: 1,
    })
    expect(texts.map((text) => text.replace(/:.*/s, '')).toSorted()).toEqual([
      'Ticket 10 data.rank',
      'Ticket 11 data.changed_at',
      'Ticket 12 data.starts_at',
      'Ticket 13 data.legacy_status',
      'Ticket 14 data.cost',
      'Ticket 15 startDate',
      'Ticket 15 startTime',
    ])
  })

  test('findings are kept up to a number, counts are exact', async () => {
    await open.run(
      `UPDATE item SET title = 'x' WHERE type = 'ticket'; UPDATE item SET priority = 'urgent' WHERE priority = 'critical'`,
    )
    const verification = await open.verify({ maxFindings: 5 })
    expect(verification.mappings[1]).toMatchObject({
      mismatched: 40,
      fields: { title: 40 },
      heldFields: { priority: 14 },
    })
    expect(verification.findings.map((each) => each.class)).toEqual(Array(5).fill('mismatched'))
    expect(verification.findingsOmitted).toBe(49)
  })

  test('both extremes of the key range and rows past them are read', async () => {
    const { texts } =
      await found(`INSERT INTO ticket (id, title, status) VALUES (-9223372036854775808, 'x', 'done'), (0, 'x', 'done'),
      (9223372036854775807, 'x', 'done')`)
    expect(texts).toEqual([
      'Ticket -9223372036854775808: no target row',
      'Ticket 0: no target row',
      'Ticket 9223372036854775807: no target row',
    ])
  })
})
