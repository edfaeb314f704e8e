import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findingText } from './index.ts'
import { type Fixture, mappings, openFixture, ticketToItem } from './ticket.fixture.ts'

let open: Fixture
beforeEach(async () => {
  open = await openFixture()
})
afterEach(() => open.close())

const title = (id: number) => open.text(`SELECT title FROM item WHERE data ->> 'legacy_id' = '${id}'`)

/** The row of a ticket changed on both sides, as the application writes it. */
async function edit(id: number, to: string): Promise<void> {
  await open.run(`UPDATE ticket SET title = '${to}' WHERE id = ${id}`)
  await open.fill([[String(id)]])
}

/** Waits until a statement of this database waits for a lock. */
async function someoneWaits(): Promise<void> {
  for (;;) {
    const waiting = await open.text(`SELECT count(*)::text FROM pg_locks WHERE NOT granted
      AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())`)
    if (waiting !== '0') return
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('FM-38 a fix among writers', () => {
  test('FM-38 a row that the application changes between finding and fix keeps what the application wrote', async () => {
    await open.run(`UPDATE item SET title = 'wrong' WHERE data ->> 'legacy_id' = '3'`)
    const verification = await open.verify()
    await edit(3, 'edited')
    const report = await open.verifier.fix(mappings, verification)
    expect(report).toMatchObject({ id: null, changedRows: 0, remaining: [] })
    expect(await title(3)).toBe('edited')
  })

  test('FM-38 a row that is being changed is waited for, and mended to what was committed', async () => {
    await open.run(`UPDATE item SET title = 'wrong' WHERE data ->> 'legacy_id' = '3'`)
    const verification = await open.verify()
    const started: { fix?: ReturnType<typeof open.verifier.fix> } = {}
    await open.database.transaction(async (tx) => {
      await tx.query(`UPDATE ticket SET title = 'late' WHERE id = 3`)
      started.fix = open.verifier.fix(mappings, verification)
      await someoneWaits()
      await open.sync.keys(tx, ticketToItem, 'forward', [['3']], { heldValues: 'overwrite' })
    })
    expect(await started.fix).toMatchObject({ changedRows: 0, remaining: [] })
    expect(await title(3)).toBe('late')
    expect(await open.verify()).toMatchObject({ verdict: 'consistent' })
  })

  test('FM-38 an orphan that gets its legacy row before the fix is left alone', async () => {
    await open.run(
      `INSERT INTO item (title, status, data) VALUES ('x', 'done', '{"legacy_id": "50", "legacy_status": "done"}')`,
    )
    const verification = await open.verify()
    await open.run(`INSERT INTO ticket (id, title, status) VALUES (50, 'x', 'done')`)
    expect(await open.verifier.fix(mappings, verification)).toMatchObject({
      id: null,
      written: { deleted: 0 },
    })
    expect(await open.verify()).toMatchObject({ verdict: 'consistent' })
  })

  test('FM-38 where the target leads, a fix never writes the target', async () => {
    await open.run(`UPDATE item SET title = 'right' WHERE data ->> 'legacy_id' = '3'; UPDATE ticket SET title = 'old' WHERE id = 4;
      DELETE FROM ticket WHERE id = 7`)
    const before = await open.text('SELECT jsonb_agg(to_jsonb(i) ORDER BY id)::text FROM item i')
    const verification = await open.verify({ authority: 'target', heldValues: 'keep' })
    const report = await open.verifier.fix(mappings, verification)
    expect(report.written).toMatchObject({ inserted: 1, updated: 2, deleted: 0 })
    expect(await open.text('SELECT jsonb_agg(to_jsonb(i) ORDER BY id)::text FROM item i')).toBe(before)
    expect(await open.text('SELECT title FROM ticket WHERE id = 3')).toBe('right')
  })

  test('FM-38 mutation: written from the finding, the fix takes back what the application wrote', async () => {
    await open.run(`UPDATE item SET title = 'wrong' WHERE data ->> 'legacy_id' = '3'`)
    const [finding] = (await open.verify()).findings
    await edit(3, 'edited')
    await open.run(`UPDATE item SET title = '${finding?.legacyValue}' WHERE data ->> 'legacy_id' = '3'`)
    expect(await title(3)).not.toBe('edited')
    expect((await open.verify()).findings).toHaveLength(1)
  })
})

describe('FM-62 what only the target can hold', () => {
  const onlyTarget = `UPDATE item SET priority = 'urgent', data = data || '{"notes": [1.50, null]}' WHERE data ->> 'legacy_id' IN ('1', '4')`

  test('FM-62 it is listed with both values before anybody rolls back', async () => {
    await open.run(onlyTarget)
    const verification = await open.verify({ heldValues: 'keep', authority: 'target' })
    expect(verification.mappings[1]).toMatchObject({ held: 2, heldFields: { priority: 2 }, mismatched: 0 })
    expect(verification.findings.map(findingText)).toEqual([
      `Ticket 1 priority: 'urgent' instead of 'critical' (held by the target)`,
      `Ticket 4 priority: 'urgent' instead of 'critical' (held by the target)`,
    ])
    const preview = await open.verifier.previewFix(mappings, verification)
    expect(preview).toMatchObject({
      changedRows: 0,
      left: [{ finding: { key: ['1'] } }, { finding: { key: ['4'] } }],
    })
  })

  test('FM-62 after the way back, edits there, and forward again, nothing of it is lost', async () => {
    await open.run(onlyTarget)
    const before = await open.text(
      `SELECT jsonb_agg(data -> 'notes')::text || string_agg(priority, ',') FROM item WHERE priority = 'urgent'`,
    )
    const sync = (direction: 'forward' | 'backward') =>
      open.database.transaction((tx) =>
        open.sync.batch(tx, ticketToItem, direction, {}, { heldValues: 'keep' }),
      )
    await sync('backward')
    await open.run(`UPDATE ticket SET title = 'edited' WHERE id = 1`)
    await sync('forward')
    expect(await title(1)).toBe('edited')
    const verification = await open.verify({ heldValues: 'keep', authority: 'legacy' })
    expect(verification).toMatchObject({ verdict: 'consistent', mappings: [{}, { held: 2 }] })
    await open.verifier.fix(mappings, verification)
    expect(
      await open.text(
        `SELECT jsonb_agg(data -> 'notes')::text || string_agg(priority, ',') FROM item WHERE priority = 'urgent'`,
      ),
    ).toBe(before)
  })

  test('FM-62 a target value without any reading is a mismatch, and no fix towards legacy invents one', async () => {
    await open.run(`UPDATE item SET priority = 'whatever' WHERE data ->> 'legacy_id' = '1'`)
    const verification = await open.verify({ heldValues: 'keep', authority: 'target' })
    expect(verification.mappings[1]).toMatchObject({ held: 0, mismatched: 1 })
    const report = await open.verifier.fix(mappings, verification)
    expect(report).toMatchObject({ changedRows: 0, remaining: [{ class: 'mismatched', field: 'priority' }] })
  })

  test('FM-62 mutation: overwritten, the value is gone', async () => {
    await open.run(onlyTarget)
    await open.verifier.fix(mappings, await open.verify({ heldValues: 'overwrite' }))
    expect(await open.text(`SELECT count(*)::text FROM item WHERE priority = 'urgent'`)).toBe('0')
  })
})
