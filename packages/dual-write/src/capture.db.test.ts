import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Fixture, openFixture } from './ticket-to-item.fixture.ts'

let open: Fixture
let run: (statement: string) => Promise<unknown>

beforeEach(async () => {
  open = await openFixture()
  run = (statement) => open.database.query(statement)
})
afterEach(() => open.close())

const items = () =>
  open.text(`SELECT string_agg(concat_ws(' ', i.data ->> 'legacy_id', i.title, i.priority, i.data ->> 'rank', o.title), ', '
    ORDER BY (i.data ->> 'legacy_id')::int) FROM item i LEFT JOIN item o ON o.id = i.origin WHERE i.type = 'ticket'`)

const tickets = () =>
  open.text(
    `SELECT string_agg(concat_ws(' ', id, title, priority, rank, duplicate_of), ', ' ORDER BY id) FROM ticket`,
  )

const three = `INSERT INTO ticket (title, priority, rank, duplicate_of) VALUES ('one', 'low', 7, NULL), ('two', 'critical', NULL, 1), ('three', 'low', 0, 3)`

describe('while legacy leads', () => {
  test('an insert of several rows arrives, with references among them', async () => {
    await run(three)
    expect(await items()).toBe('1 one low 7, 2 two critical one, 3 three low 0 three')
    expect(await open.apart()).toBeNull()
  })

  test('updates and deletes arrive, and a statement that changes nothing is nothing', async () => {
    await run(three)
    await run(`UPDATE ticket SET title = title || '!' WHERE id < 3`)
    await run(`DELETE FROM ticket WHERE id = 1`)
    await run(`UPDATE ticket SET title = 'none' WHERE id = 99`)
    expect(await items()).toBe('2 two! critical, 3 three low 0 three')
    expect(await open.apart()).toBeNull()
  })

  test('ON CONFLICT, MERGE and COPY arrive', async () => {
    await run(three)
    await run(
      `INSERT INTO ticket (id, title, priority) VALUES (1, 'uno', 'low'), (9, 'nine', 'low') ON CONFLICT (id) DO UPDATE SET title = EXCLUDED.title`,
    )
    await run(`MERGE INTO ticket AS t USING (VALUES (2, 'due'), (3, NULL), (10, 'dieci')) AS s(id, title) ON t.id = s.id
      WHEN MATCHED AND s.title IS NULL THEN DELETE WHEN MATCHED THEN UPDATE SET title = s.title
      WHEN NOT MATCHED THEN INSERT (id, title, priority) VALUES (s.id, s.title, 'low')`)
    await run(`COPY ticket (id, title, priority) FROM PROGRAM 'echo 20,copied,low' (FORMAT csv)`)
    expect(await items()).toBe('1 uno low 7, 2 due critical uno, 9 nine low, 10 dieci low, 20 copied low')
    expect(await open.apart()).toBeNull()
  })

  test('cascades arrive', async () => {
    await run(`INSERT INTO project (name) VALUES ('p'); INSERT INTO ticket (title, priority, project) VALUES ('one', 'low', 1), ('two', 'low', NULL);
      INSERT INTO ticket_watcher VALUES (1, 'ann'), (2, 'bob')`)
    expect(await open.apart()).toBeNull()
    await run('DELETE FROM project')
    expect(await items()).toBe('2 two low')
    expect(await open.apart()).toBeNull()
  })

  test('link rows arrive', async () => {
    await run(`${three}; INSERT INTO ticket_watcher VALUES (1, 'ann'), (1, 'bob'), (2, 'cid')`)
    expect(await open.apart()).toBeNull()
    await run(
      `UPDATE ticket_watcher SET ticket_id = 3 WHERE person = 'ann'; DELETE FROM ticket_watcher WHERE person = 'cid'`,
    )
    expect(await open.text(`SELECT string_agg(person, ',' ORDER BY person) FROM item_watcher`)).toBe(
      'ann,bob',
    )
    expect(await open.apart()).toBeNull()
  })

  test('a key that changes takes its twin along, with what only the twin holds', async () => {
    await run(`${three}; UPDATE changeover.phase SET target_has_led = TRUE`)
    await run(
      `UPDATE item SET data = data || '{"own": 1}', priority = CASE title WHEN 'two' THEN 'urgent' ELSE priority END`,
    )
    await run(`INSERT INTO ticket_watcher VALUES (2, 'ann')`)
    const before = await open.text(`SELECT id::text FROM item WHERE title = 'two'`)
    await run('UPDATE ticket SET id = 42 WHERE id = 2')
    expect(
      await open.text(
        `SELECT concat_ws(' ', id, priority, data ->> 'own') FROM item WHERE data ->> 'legacy_id' = '42'`,
      ),
    ).toBe(`${before} urgent 1`)
    expect(await open.apart()).toBeNull()
  })

  test('keys that are swapped end up right', async () => {
    await run(three)
    await run(
      'UPDATE ticket SET duplicate_of = NULL; ALTER TABLE ticket DROP CONSTRAINT ticket_duplicate_of_fkey, DROP CONSTRAINT ticket_pkey CASCADE',
    )
    await run('ALTER TABLE ticket ADD PRIMARY KEY (id) DEFERRABLE INITIALLY DEFERRED')
    await run('UPDATE ticket SET id = id + 1')
    await run('UPDATE ticket SET id = 6 - id')
    expect(await open.apart()).toBeNull()
  })

  test('a value that only the target can hold is overwritten until the target has led, and kept from then on', async () => {
    await run(three)
    const title = (text: string) =>
      `UPDATE item SET priority = 'urgent' WHERE title = 'two'; UPDATE ticket SET title = '${text}' WHERE id = 2`
    await run(title('two'))
    expect(await items()).toContain('2 two critical')
    await open.lead('target-leads')
    await open.lead('legacy-leads')
    await run(title('due'))
    expect(await items()).toContain('2 due urgent')
  })

  test('what is written to the target stays there', async () => {
    await run(`${three}; UPDATE item SET title = 'mine' WHERE data ->> 'legacy_id' = '1'`)
    expect(await tickets()).toBe('1 one low 7, 2 two critical 1, 3 three low 0 3')
  })
})

describe('while the target leads', () => {
  beforeEach(async () => {
    await run(three)
    await open.lead('target-leads')
  })

  test('inserts take their key from the legacy sequence, updates and deletes arrive', async () => {
    await run(
      `INSERT INTO item (title, priority, origin) SELECT 'four', 'urgent', id FROM item WHERE title = 'one'`,
    )
    await run(
      `UPDATE item SET title = 'uno', data = data || '{"rank": 8}' WHERE title = 'one'; DELETE FROM item WHERE title = 'two'`,
    )
    expect(await tickets()).toBe('1 uno low 8, 3 three low 0 3, 4 four critical 1')
    expect(await open.apart()).toBeNull()
  })

  test('one statement may make items of several types', async () => {
    await run(
      `INSERT INTO item (type, title) VALUES ('ticket', 'four'), ('project', 'p'), ('note', 'nobody asks')`,
    )
    expect(await open.text(`SELECT string_agg(name, ',') FROM project`)).toBe('p')
    expect(await tickets()).toContain('4 four low')
  })

  test('a row that changes its type leaves one legacy table and enters the other', async () => {
    await run(`UPDATE item SET type = 'project', data = '{}' WHERE title = 'two'`)
    expect(await tickets()).toBe('1 one low 7, 3 three low 0 3')
    expect(await open.text(`SELECT string_agg(concat_ws(' ', id, name), ',') FROM project`)).toBe('1 two')
  })

  test('an update that leaves the identity out keeps it', async () => {
    await run(`UPDATE item SET data = '{"rank": 1}' WHERE title = 'two'`)
    expect(await tickets()).toBe('1 one low 7, 2 two critical 1 1, 3 three low 0 3')
    expect(await open.apart()).toBeNull()
  })

  test('link rows arrive', async () => {
    await run(
      `INSERT INTO item_watcher SELECT id, 'eve' FROM item WHERE title <> 'one'; DELETE FROM item_watcher USING item WHERE item.id = item_id AND title = 'two'`,
    )
    expect(
      await open.text(`SELECT string_agg(concat_ws(' ', ticket_id, person), ',') FROM ticket_watcher`),
    ).toBe('3 eve')
  })
})

describe('FM-25 keys of rows that the target made', () => {
  test('come from the legacy sequence alone, so that none is given twice, whoever leads', async () => {
    await run(three)
    await open.lead('target-leads')
    await run(
      `INSERT INTO item (title) VALUES ('four'); BEGIN; INSERT INTO item (title) VALUES ('burnt'); ROLLBACK`,
    )
    await run(`DELETE FROM item WHERE title = 'four'; INSERT INTO item (title) VALUES ('six')`)
    await open.lead('legacy-leads')
    await run(`INSERT INTO ticket (title, priority) VALUES ('seven', 'low')`)
    expect(await open.text(`SELECT string_agg(id::text, ',' ORDER BY id) FROM ticket`)).toBe('1,2,3,6,7')
    expect(await open.apart()).toBeNull()
  })

  test('above 2^53 stay exact, both ways', async () => {
    await run(`INSERT INTO ticket (id, title, priority) VALUES (9007199254740993, 'huge', 'low')`)
    await open.lead('target-leads')
    await run(`UPDATE item SET title = 'still huge'`)
    expect(await open.text(`SELECT concat_ws(' ', id, title) FROM ticket`)).toBe(
      '9007199254740993 still huge',
    )
  })

  test('would collide if they were the highest plus one (mutation)', async () => {
    await run(three)
    await open.lead('target-leads')
    await run(`CREATE SEQUENCE own START 3; ALTER TABLE item DISABLE TRIGGER zzz_changeover_tickets_adopt`)
    await expect(
      run(
        `INSERT INTO item (title, data) VALUES ('four', jsonb_build_object('legacy_id', nextval('own')::text))`,
      ),
    ).rejects.toMatchObject({ code: 'DATABASE.CONSTRAINT_VIOLATED' })
  })
})

describe('in the other phases', () => {
  test('nothing is captured in legacy-only', async () => {
    await run(three)
    await open.lead('legacy-only')
    await run(`UPDATE ticket SET title = 'legacy'; UPDATE item SET priority = 'urgent'`)
    expect(await open.text(`SELECT count(*)::text FROM item WHERE title = 'legacy'`)).toBe('0')
    expect(await tickets()).toBe('1 legacy low 7, 2 legacy critical 1, 3 legacy low 0 3')
  })

  test.each(['target-only', 'contracted'] as const)('legacy stays as it is in %s', async (phase) => {
    await run(three)
    const before = await tickets()
    await open.lead(phase)
    await run(`UPDATE item SET priority = 'urgent'; INSERT INTO item (title) VALUES ('new')`)
    expect(await tickets()).toBe(before)
  })
})
