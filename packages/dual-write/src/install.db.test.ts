import { createPoolDatabase } from '@changeover/database'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dualWriteDrift, installDualWrite, selfTest, uninstallDualWrite } from './index.ts'
import { type Fixture, openFixture } from './ticket-to-item.fixture.ts'

let open: Fixture
let run: (statement: string) => Promise<unknown>

beforeEach(async () => {
  open = await openFixture()
  run = (statement) => open.database.query(statement)
  await run(
    `INSERT INTO project (name) VALUES ('p'); INSERT INTO ticket (title, priority, project) VALUES ('one', 'low', 1), ('two', 'critical', NULL)`,
  )
})
afterEach(() => open.close())

const drift = async () => (await dualWriteDrift(open.database, open.dualWrite)).map(({ code }) => code)
const tested = async () =>
  (await selfTest(open.database, open.dualWrite)).map(
    ({ code, values }) => `${code} ${values['event'] ?? ''}`,
  )

describe('the drift check', () => {
  test('finds nothing after an installation, or a second one', async () => {
    expect(await drift()).toEqual([])
    await installDualWrite(open.database, open.dualWrite)
    expect(await drift()).toEqual([])
  })

  test.each([
    [
      'a trigger that is disabled',
      'ALTER TABLE ticket DISABLE TRIGGER changeover_tickets_update',
      'TRIGGER_DISABLED',
    ],
    [
      'a trigger that a replica session skips',
      'ALTER TABLE item ENABLE TRIGGER changeover_tickets_delete',
      'TRIGGER_DISABLED',
    ],
    ['a trigger that is gone', 'DROP TRIGGER changeover_tickets_insert ON ticket_watcher', 'TRIGGER_MISSING'],
    [
      'a trigger that is another one',
      "CREATE OR REPLACE TRIGGER changeover_tickets_truncate BEFORE TRUNCATE ON ticket EXECUTE FUNCTION changeover.refuse_truncate('other'); ALTER TABLE ticket ENABLE ALWAYS TRIGGER changeover_tickets_truncate",
      'TRIGGER_CHANGED',
    ],
    [
      'a function that is another one',
      'CREATE OR REPLACE FUNCTION changeover."capture_tickets_public.ticket"() RETURNS trigger LANGUAGE plpgsql AS \'BEGIN RETURN NULL; END\'',
      'FUNCTION_CHANGED',
    ],
    [
      'a function that has lost its settings',
      'ALTER FUNCTION changeover."sync_tickets_Ticket_forward"(bigint[], bigint[], boolean) RESET ALL',
      'FUNCTION_CHANGED',
    ],
  ])('FM-21 finds %s', async (_what, statement, code) => {
    await run(statement)
    expect(await drift()).toEqual([`DUAL_WRITE.${code}`])
    await installDualWrite(open.database, open.dualWrite)
    expect(await drift()).toEqual([])
  })

  test('FM-51 finds what an installation that broke off left out, and the next one completes it', async () => {
    await uninstallDualWrite(open.database, open.dualWrite)
    let statements = 0
    const breaking = {
      ...open.database,
      transaction: ((work, options) =>
        open.database.transaction(
          (tx) =>
            work({
              ...tx,
              inTransaction: true,
              query: (text, params) => {
                if (text.includes('TRIGGER') && statements++ === 9)
                  return Promise.reject(new RangeError('crash'))
                return tx.query(text, params)
              },
            }),
          options,
        )) as typeof open.database.transaction,
    }
    await expect(installDualWrite(breaking, open.dualWrite)).rejects.toThrow('crash')
    const found = await drift()
    expect(new Set(found)).toEqual(new Set(['DUAL_WRITE.TRIGGER_MISSING']))
    expect(await open.text(halfDone)).toBe('0')
    await installDualWrite(open.database, open.dualWrite)
    expect(await drift()).toEqual([])
  })

  test('FM-51 statements that commit one by one would leave half of a table’s triggers (mutation)', async () => {
    await uninstallDualWrite(open.database, open.dualWrite)
    let statements = 0
    const oneByOne = {
      ...open.database,
      transaction: ((work) =>
        work({
          inTransaction: true,
          query: (text, params) => {
            if (text.includes('TRIGGER') && statements++ === 5) return Promise.reject(new RangeError('crash'))
            return open.database.query(text, params)
          },
        })) as typeof open.database.transaction,
    }
    await expect(installDualWrite(oneByOne, open.dualWrite)).rejects.toThrow('crash')
    expect(await open.text(halfDone)).toBe('1')
  })
})

const halfDone = `SELECT count(*)::text FROM (SELECT tgrelid FROM pg_trigger WHERE tgname LIKE 'changeover_tickets_%' GROUP BY tgrelid HAVING count(*) < 4) AS half`

describe('the self-test', () => {
  test('writes a probe row of each mapping both ways, and leaves nothing behind', async () => {
    const rows = () =>
      open.text(
        `SELECT string_agg(xmin::text, ',') FROM (SELECT xmin FROM ticket UNION ALL SELECT xmin FROM item UNION ALL SELECT xmin FROM changeover.phase) AS every`,
      )
    const before = await rows()
    expect(await tested()).toEqual([])
    expect(await rows()).toBe(before)
  })

  test.each([
    ['assigns NEW after the fact', 'BEGIN NEW.title := NEW.title; RETURN NEW; END', 'an insert'],
    ['does nothing', 'BEGIN RETURN NULL; END', 'an insert'],
  ])('FM-58 fails on a trigger that %s (mutation)', async (_what, body, event) => {
    await run(
      `CREATE OR REPLACE FUNCTION changeover."capture_tickets_public.ticket"() RETURNS trigger LANGUAGE plpgsql AS '${body}'`,
    )
    const found = await tested()
    expect(found.some((each) => each.startsWith('DUAL_WRITE.SELF_TEST'))).toBe(true)
    if (body.includes('NULL')) expect(found).toEqual([`DUAL_WRITE.SELF_TEST_FAILED ${event}`])
  })

  test.each(['update', 'delete'])('fails where the trigger for %s is off (mutation)', async (event) => {
    await run(`ALTER TABLE item DISABLE TRIGGER changeover_tickets_${event}`)
    expect(await tested()).toContain(
      `DUAL_WRITE.SELF_TEST_FAILED ${event === 'update' ? 'an update' : 'a delete'}`,
    )
  })

  test('says that it tested nothing where there is no row to copy', async () => {
    await run('DELETE FROM ticket; DELETE FROM project')
    expect(new Set(await tested())).toEqual(new Set(['DUAL_WRITE.SELF_TEST_SKIPPED ']))
  })
})

describe('the installation', () => {
  test('refuses without the phase store', async () => {
    await run('ALTER FUNCTION changeover.current_phase(text) RENAME TO other_phase')
    await expect(installDualWrite(open.database, open.dualWrite)).rejects.toMatchObject({
      code: 'DUAL_WRITE.NOT_INSTALLED',
    })
    await run('ALTER FUNCTION changeover.other_phase(text) RENAME TO current_phase')
  })

  test('refuses without a stored phase, since every write would fail', async () => {
    await uninstallDualWrite(open.database, open.dualWrite)
    await run('DELETE FROM changeover.phase')
    await expect(installDualWrite(open.database, open.dualWrite)).rejects.toMatchObject({
      code: 'DUAL_WRITE.PHASE_MISSING',
    })
    await run(`INSERT INTO project (name) VALUES ('q')`)
  })

  test('FM-49 gives way to a long transaction instead of making others wait behind it', async () => {
    const reader = createPoolDatabase({ url: open.url, maxConnections: 1 })
    await reader.transaction(async (tx) => {
      await tx.query('SELECT count(*) FROM ticket; LOCK TABLE ticket IN SHARE UPDATE EXCLUSIVE MODE')
      await expect(
        installDualWrite(open.database, open.dualWrite, { lockTimeoutMs: 50, attempts: 2, baseDelayMs: 1 }),
      ).rejects.toMatchObject({ code: 'DATABASE.LOCK_TIMEOUT' })
    })
    await reader.close()
    await installDualWrite(open.database, open.dualWrite)
    expect(await drift()).toEqual([])
  })

  test('is undone without a trace but what is owed', async () => {
    await uninstallDualWrite(open.database, open.dualWrite)
    expect(await open.text(`SELECT count(*)::text FROM pg_trigger WHERE tgname LIKE '%changeover%'`)).toBe(
      '0',
    )
    expect(
      await open.text(
        `SELECT count(*)::text FROM pg_proc WHERE proname ~ '^(sync|capture|rekey|adopt)_tickets'`,
      ),
    ).toBe('0')
  })
})
