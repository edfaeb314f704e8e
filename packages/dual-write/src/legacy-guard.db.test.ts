import { createPoolDatabase } from '@changeover/database'
import { phaseLockSql } from '@changeover/rollout'
import { asEngine } from '@changeover/sync'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { detectBypass, installDualWrite, refusalIn } from './index.ts'
import { type Fixture, openFixture, sync, ticketToItem } from './ticket-to-item.fixture.ts'

let open: Fixture
let run: (statement: string) => Promise<unknown>

beforeEach(async () => {
  open = await openFixture()
  run = (statement) => open.database.query(statement)
  await run(`INSERT INTO project (name) VALUES ('p');
    INSERT INTO ticket (title, priority, project) VALUES ('one', 'low', 1), ('two', 'critical', NULL);
    INSERT INTO ticket_watcher VALUES (1, 'ann')`)
  await installDualWrite(open.database, { ...open.dualWrite, proxySchema: 'changeover_legacy' })
  await open.lead('target-leads')
})
afterEach(() => open.close())

const refused = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => refusalIn(error)?.code ?? error,
  )
const readOnly = 'DUAL_WRITE.LEGACY_READ_ONLY'
const legacyRows = () =>
  open.text(`SELECT jsonb_agg(jsonb_build_array(t.*, (SELECT jsonb_agg(w.*) FROM ticket_watcher w WHERE w.ticket_id = t.id)) ORDER BY t.id)::text
    FROM ticket t`)

const writes: readonly (readonly [string, string])[] = [
  ['INSERT', `INSERT INTO ticket (title, priority) VALUES ('new', 'low')`],
  ['UPDATE', `UPDATE ticket SET title = 'mine' WHERE id = 1`],
  ['UPDATE that changes nothing', `UPDATE ticket SET title = title`],
  ['UPDATE of the key', `UPDATE ticket SET id = 77 WHERE id = 2`],
  ['DELETE', `DELETE FROM ticket WHERE id = 2`],
  ['DELETE of a row that others follow', `DELETE FROM project`],
  [
    'upsert',
    `INSERT INTO ticket (id, title, priority) VALUES (1, 'up', 'low') ON CONFLICT (id) DO UPDATE SET title = 'up'`,
  ],
  [
    'MERGE',
    `MERGE INTO ticket AS l USING (VALUES (1)) AS s(id) ON l.id = s.id WHEN MATCHED THEN UPDATE SET title = 'merged'`,
  ],
  ['COPY', `COPY ticket (title, priority) FROM PROGRAM 'printf "copied\\tlow\\n"'`],
  ['INSERT of a link', `INSERT INTO ticket_watcher VALUES (2, 'bob')`],
  ['DELETE of a link', `DELETE FROM ticket_watcher`],
  ['TRUNCATE', `TRUNCATE ticket CASCADE`],
  ['a block of code', `DO $$ BEGIN UPDATE ticket SET rank = 1; END $$`],
  ['a view', `CREATE VIEW mine AS SELECT * FROM ticket; UPDATE mine SET title = 'viewed'`],
  [
    'a session that is a replica',
    `BEGIN; SET LOCAL session_replication_role = replica; UPDATE ticket SET rank = 2; COMMIT`,
  ],
  ['a session that sees no schema', `BEGIN; SET LOCAL search_path = ''; DELETE FROM public.ticket; COMMIT`],
  [
    'a transaction that wrote the target before',
    `BEGIN; UPDATE item SET title = 'target'; UPDATE ticket SET title = 'mine'; COMMIT`,
  ],
]

describe.each(['target-leads', 'target-only'] as const)('FM-20 a direct legacy write in %s', (phase) => {
  beforeEach(() => open.lead(phase))

  test('is refused, whatever the statement and the session', async () => {
    const before = await legacyRows()
    const passed: string[] = []
    for (const [what, statement] of writes) {
      const one = createPoolDatabase({ url: open.url, maxConnections: 1 })
      if ((await refused(one.query(statement))) !== readOnly) passed.push(what)
      await one.close()
    }
    expect(passed).toEqual([])
    expect(await legacyRows()).toBe(before)
  })

  test('passes where there is no row to change', async () => {
    expect(
      await refused(run(`UPDATE ticket SET title = 'nobody' WHERE id = -1; DELETE FROM ticket WHERE false`)),
    ).toBe(undefined)
  })
})

test('without the guard every one of them goes through, and legacy says what the target does not (mutation)', async () => {
  for (const table of ['ticket', 'ticket_watcher', 'project'])
    await run(
      `CREATE OR REPLACE FUNCTION changeover."capture_tickets_public.${table}"() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`,
    )
  await run(`ALTER TABLE ticket DISABLE TRIGGER changeover_tickets_truncate;
    ALTER TABLE ticket_watcher DISABLE TRIGGER changeover_tickets_truncate`)
  const kept: string[] = []
  for (const [what, statement] of writes) {
    const one = createPoolDatabase({ url: open.url, maxConnections: 1 })
    const said = await refused(one.query(`BEGIN; ${statement.replaceAll(/BEGIN; |; COMMIT/g, '')}`))
    await one.query('ROLLBACK')
    await one.close()
    if (said !== undefined) kept.push(what)
  }
  expect(kept).toEqual([])
  await run(`UPDATE ticket SET title = 'mine' WHERE id = 1`)
  expect(await open.apart()).toContain('ticket 1 mine')
})

test('the driver is told the SQLSTATE, the table, the row and the view to use', async () => {
  const client = new pg.Client({ connectionString: open.url })
  await client.connect()
  const said = await client.query(`DELETE FROM ticket WHERE id = 2`).catch((error: unknown) => error)
  await client.end()
  expect(said).toMatchObject({
    code: 'UC104',
    schema: 'public',
    table: 'ticket',
    message: expect.stringContaining(
      'DELETE of public.ticket is refused: the target leads in tickets (phase target-leads)',
    ),
    hint: expect.stringContaining('changeover_legacy.ticket'),
  })
  const failure = refusalIn(said)
  expect(failure?.values).toEqual({
    operation: 'DELETE',
    table: 'ticket',
    phase: 'target-leads',
    proxy: 'changeover_legacy.ticket',
  })
  expect(failure?.fix).toContain('changeover_legacy.ticket')
})

describe('what may write legacy', () => {
  test('a sync of a write to the target, whatever that is: a key that changes, links, bulk, a row that is new or gone', async () => {
    await run(`UPDATE item SET data = data || '{"legacy_id": "7000"}' WHERE title = 'two'`)
    await run(`INSERT INTO item (title) SELECT 'n' || n FROM generate_series(1, 300) n`)
    await run(`INSERT INTO item_watcher SELECT id, 'eve' FROM item; DELETE FROM item WHERE title LIKE 'n1%'`)
    expect(await open.text(`SELECT id::text FROM ticket WHERE title = 'two'`)).toBe('7000')
    expect(await open.text(`SELECT count(*)::text FROM ticket`)).toBe('191')
  })

  test('an engine that says so, until its transaction ends', async () => {
    const one = createPoolDatabase({ url: open.url, maxConnections: 1 })
    await one.transaction(async (tx) => {
      await asEngine(tx, 'tickets')
      await tx.query(`UPDATE ticket SET title = 'one' WHERE id = 1`)
    })
    expect(await refused(one.query(`UPDATE ticket SET title = 'one' WHERE id = 1`))).toBe(readOnly)
    await one
      .transaction(async (tx) => {
        await asEngine(tx, 'another')
        expect(await refused(tx.query(`UPDATE ticket SET title = 'one' WHERE id = 1`))).toBe(readOnly)
      })
      .catch(() => undefined)
    await one.close()
  })

  test('an engine is captured as anybody else while legacy leads', async () => {
    await open.lead('legacy-leads')
    await open.database.transaction(async (tx) => {
      await asEngine(tx, 'tickets')
      await tx.query(`UPDATE ticket SET title = 'by an engine' WHERE id = 1`)
    })
    expect(await open.apart()).toBeNull()
  })
})

describe('rows that follow a parent outside the migration', () => {
  beforeEach(async () => {
    await open.lead('legacy-leads')
    await run(`CREATE TABLE team (id int PRIMARY KEY);
      INSERT INTO team VALUES (1), (2);
      ALTER TABLE ticket ADD team int DEFAULT 1 REFERENCES team ON UPDATE CASCADE ON DELETE SET NULL;
      ALTER TABLE ticket ADD owner int DEFAULT 2 REFERENCES team ON DELETE CASCADE`)
    await installDualWrite(open.database, open.dualWrite)
    await open.lead('target-leads')
  })

  test('are emptied, changed or deleted with it, as before', async () => {
    await run(`UPDATE team SET id = 10 WHERE id = 1`)
    expect(await open.text(`SELECT string_agg(team::text, ',') FROM ticket`)).toBe('10,10')
    await run(`DELETE FROM team WHERE id = 10`)
    expect(await open.text(`SELECT count(team)::text FROM ticket`)).toBe('0')
    await run(`DELETE FROM team`)
    expect(await open.text(`SELECT count(*)::text FROM ticket`)).toBe('0')
  })

  test('are refused where somebody writes them directly, or a trigger does', async () => {
    expect(await refused(run(`UPDATE ticket SET team = NULL`))).toBe(readOnly)
    await run(`CREATE FUNCTION disband() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE public.ticket SET team = NULL; RETURN NULL; END $$;
      CREATE TRIGGER disband AFTER INSERT ON team EXECUTE FUNCTION disband()`)
    expect(await refused(run(`INSERT INTO team VALUES (3)`))).toBe(readOnly)
  })
})

describe('FM-44 a writer that waits at a flip', () => {
  const waitingAt = async (leads: string, then: string) => {
    await open.lead(leads as 'target-leads')
    let write: Promise<unknown> = Promise.resolve()
    await open.database.transaction(async (tx) => {
      await tx.query(`SELECT ${phaseLockSql('tickets', 'exclusive')}`)
      write = refused(run(`UPDATE ticket SET title = 'at the flip' WHERE id = 1`))
      for (;;) {
        const { rows } = await tx.query<{ waits: boolean }>(
          `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS waits`,
        )
        if (rows[0]?.waits === true) break
      }
      await tx.query(`UPDATE changeover.phase SET phase = $1, epoch = epoch + 1, target_has_led = TRUE`, [
        then,
      ])
    })
    return write
  }

  test('is refused after it', async () => {
    expect(await waitingAt('legacy-leads', 'target-leads')).toBe(readOnly)
    expect(await open.apart()).toBeNull()
  })

  test('arrives on both sides after a rollback', async () => {
    expect(await waitingAt('target-leads', 'legacy-leads')).toBeUndefined()
    expect(
      await open.text(`SELECT title FROM item WHERE data ->> 'legacy_id' = '1' AND type = 'ticket'`),
    ).toBe('at the flip')
    expect(await open.apart()).toBeNull()
  })

  test('never diverges in a storm of both', async () => {
    const writers = Array.from({ length: 4 }, async (_each, writer) => {
      for (let turn = 0; turn < 40; turn++) {
        const title = `w${writer} ${turn}`
        const statements = [
          `UPDATE ticket SET title = '${title}' WHERE id = 1`,
          `UPDATE item SET title = '${title}' WHERE data ->> 'legacy_id' = '2' AND type = 'ticket'`,
        ]
        await refused(run(statements[turn % 2] ?? ''))
      }
    })
    const flips = (async () => {
      for (let turn = 0; turn < 20; turn++)
        await open.database.transaction(async (tx) => {
          await tx.query(`SELECT ${phaseLockSql('tickets', 'exclusive')}`)
          await tx.query(`UPDATE changeover.phase SET phase = $1, epoch = epoch + 1`, [
            turn % 2 === 0 ? 'legacy-leads' : 'target-leads',
          ])
        })
    })()
    await Promise.all([...writers, flips])
    // Items that were written while legacy led differ by right: nobody captures them then.
    expect(
      await open.text(`SELECT count(*)::text FROM ticket l JOIN item t ON t.data ->> 'legacy_id' = l.id::text AND t.type = 'ticket'
      WHERE l.id = 1 AND l.title IS DISTINCT FROM t.title`),
    ).toBe('0')
  })
})

describe('where no triggers may be installed, the bypass detector', () => {
  const found = async (since?: string) =>
    (await detectBypass(open.database, sync, open.dualWrite, since === undefined ? {} : { since })).found

  beforeEach(async () => {
    for (const table of ['ticket', 'ticket_watcher', 'item', 'item_watcher'])
      await run(`ALTER TABLE ${table} DISABLE TRIGGER USER`)
  })

  test.each([
    [
      'a row that was changed',
      `UPDATE ticket SET title = 'mine' WHERE id = 1`,
      { updated: 1, keys: [['1']] },
    ],
    ['a row that was deleted', `DELETE FROM ticket WHERE id = 2`, { inserted: 1, keys: [['2']] }],
    [
      'a row that was added',
      `INSERT INTO ticket (id, title, priority) VALUES (90, 'x', 'low')`,
      { deleted: 1, keys: [['90']] },
    ],
  ])(
    'reports %s in legacy while the target leads, also since the last run',
    async (_what, statement, said) => {
      expect(await found()).toEqual([])
      const { upTo } = await detectBypass(open.database, sync, open.dualWrite)
      await run(statement)
      const bypass = {
        mapping: ticketToItem.name,
        direction: 'backward',
        inserted: 0,
        updated: 0,
        deleted: 0,
        ...said,
      }
      expect(await found(upTo)).toEqual([bypass])
      expect(await found()).toEqual([bypass])
    },
  )
})
