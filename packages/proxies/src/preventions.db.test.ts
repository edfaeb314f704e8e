import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTickets, type TicketFixture } from './tickets.fixture.ts'

const view = 'changeover_legacy.ticket'
let tickets: TicketFixture

beforeAll(async () => {
  tickets = await openTickets()
})
afterAll(() => tickets.close())

/** Something that a proxy prevents, and how to switch that off. */
interface Prevention {
  readonly prevents: string
  /** What a client sees, as one text. */
  probe(): Promise<string>
  readonly sees: string
  /** The function whose source is changed, and how; or statements that change something else. */
  readonly off: { readonly in: string; readonly replace: RegExp; readonly by: string } | readonly string[]
}

const preventions: readonly Prevention[] = [
  {
    prevents: 'a NULL where the table has NOT NULL',
    probe: () => refusal(`INSERT INTO ${view} (title) VALUES (NULL)`),
    sees: '23502 ticket',
    off: { in: 'ticket_insert', replace: /"new"\."title" IS NULL/, by: 'FALSE' },
  },
  {
    prevents: 'a value that a CHECK of the table forbids, in an insert',
    probe: () => refusal(`INSERT INTO ${view} (title, rank) VALUES ('x', -1)`),
    sees: '23514 ticket',
    off: { in: 'ticket_insert', replace: /NOT \(\(rank >= 0\)\)/, by: 'FALSE' },
  },
  {
    prevents: 'a value that a CHECK of the table forbids, in an update',
    probe: () => refusal(`UPDATE ${view} SET rank = -1 WHERE id = 1`),
    sees: '23514 ticket',
    off: { in: 'ticket_update', replace: /NOT \(\(rank >= 0\)\)/, by: 'FALSE' },
  },
  {
    prevents: 'a reference to nothing',
    probe: () => refusal(`UPDATE ${view} SET duplicate_of = 99 WHERE id = 1`),
    sees: '23503 ticket',
    off: { in: 'ticket_update', replace: /IF NOT FOUND THEN/, by: 'IF FALSE THEN' },
  },
  {
    prevents: 'a value that a rule cannot map',
    probe: () => refusal(`INSERT INTO ${view} (title, priority) VALUES ('x', 'odd')`),
    sees: 'UC201 ticket',
    off: {
      in: 'ticket_insert',
      replace: /\(\("new"\."priority" IS NULL\) OR [^\n]* IS NOT TRUE/,
      by: 'FALSE',
    },
  },
  {
    prevents: 'a key that moves under rows that refer to it',
    probe: () => refusal(`UPDATE ${view} SET id = 11 WHERE id = 1`),
    sees: '23503 ticket',
    off: { in: 'ticket_update', replace: /IF EXISTS \(/, by: 'IF FALSE AND EXISTS (' },
  },
  {
    prevents: 'that a value which only the target knows is lost with a change of another',
    probe: () =>
      text(
        `UPDATE ${view} SET title = 'y' WHERE id = 1; SELECT priority FROM item WHERE data ->> 'legacy_id' = '1'`,
      ),
    sees: 'urgent',
    off: { in: 'ticket_update', replace: /("changeover_changed_\d+" boolean := )[^;]*;/g, by: '$1TRUE;' },
  },
  {
    prevents: 'that a step of another transaction is lost',
    probe: twoSteps,
    sees: '40001',
    off: { in: 'ticket_update', replace: /("changeover_own" boolean := )FALSE/, by: '$1TRUE' },
  },
  {
    prevents: 'that a row is deleted which no longer meets the condition',
    probe: deleteOfChanged,
    sees: '40001',
    off: { in: 'ticket_delete', replace: /("changeover_own" boolean := )FALSE/, by: '$1TRUE' },
  },
  {
    prevents: 'that a row changed by the same statement is taken for one changed by another',
    probe: () => refusal(`DELETE FROM ${view} WHERE id IN (1, 2)`),
    sees: 'done',
    off: { in: 'is_own', replace: /^[\s\S]*$/, by: 'SELECT FALSE' },
  },
  {
    prevents: 'a missing value where the table has a default',
    probe: () => refusal(`INSERT INTO ${view} (title) VALUES ('x')`),
    sees: 'done',
    off: [`ALTER VIEW ${view} ALTER COLUMN rank DROP DEFAULT`],
  },
  {
    prevents: 'a second row with the same unique code',
    probe: () => refusal(`INSERT INTO ${view} (title, code) VALUES ('x', 'A'), ('y', 'A')`),
    sees: '23505 item',
    off: ['DROP INDEX proxy_ticket_code_unique'],
  },
]

describe('a proxy prevents', () => {
  test.each(preventions.map((each) => [each.prevents, each] as const))(
    '%s',
    async (_name, { probe, sees, off }) => {
      await start()
      expect(await probe()).toBe(sees)
      await start()
      const restore = await switchOff(off)
      try {
        expect(await probe()).not.toBe(sees)
      } finally {
        await tickets.database.query('TRUNCATE ticket, item CASCADE')
        await restore()
      }
    },
  )
})

/** Two tickets: the second is a duplicate of the first, which only the target knows to be urgent. */
async function start(): Promise<void> {
  await tickets.database.query(`TRUNCATE ticket, item CASCADE; ALTER SEQUENCE ticket_id_seq RESTART;
    INSERT INTO ${view} (title, priority) VALUES ('one', 'critical'), ('two', 'low');
    UPDATE ${view} SET duplicate_of = 1 WHERE id = 2;
    UPDATE item SET priority = 'urgent' WHERE data ->> 'legacy_id' = '1'`)
}

async function refusal(statement: string): Promise<string> {
  const { code, table } = await tickets.refusal(statement)
  return code === undefined ? 'done' : `${code} ${table}`
}

async function text(statements: string): Promise<string> {
  const parts = statements.split(';')
  for (const part of parts.slice(0, -1)) await tickets.database.query(part)
  const { rows } = await tickets.database.query<Record<string, unknown>>(parts.at(-1) ?? '')
  return String(Object.values(rows[0] ?? {})[0])
}

/** Each of two transactions adds one to the rank, the second while the first has not committed. */
function twoSteps(): Promise<string> {
  return behind(
    `UPDATE ${view} SET rank = rank + 1 WHERE id = 1`,
    `UPDATE ${view} SET rank = rank + 1 WHERE id = 1`,
  )
}

/** One transaction closes what the other one deletes for being open. */
function deleteOfChanged(): Promise<string> {
  return behind(
    `UPDATE ${view} SET stage = 'done' WHERE id = 2`,
    `DELETE FROM ${view} WHERE stage = 'draft' AND id = 2`,
  )
}

/** Runs the second statement while the first is open; the outcome of the second: its SQLSTATE, or the rows it changed. */
async function behind(first: string, second: string): Promise<string> {
  let waiting: Promise<string> | undefined
  await tickets.database.transaction(async (tx) => {
    await tx.query(first)
    waiting = tickets.database
      .query(second)
      .then(({ rowCount }) => `${rowCount} rows`)
      .catch((error: { readonly cause: { readonly code: string } }) => error.cause.code)
    await untilSomebodyWaits()
  })
  return waiting ?? 'never asked'
}

async function untilSomebodyWaits(): Promise<void> {
  const waits = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
  for (;;) {
    const { rows } = await tickets.database.query<{ n: number }>(waits)
    if ((rows[0]?.n ?? 0) > 0) return
  }
}

async function switchOff(off: Prevention['off']): Promise<() => Promise<void>> {
  if ('in' in off) {
    const { rows } = await tickets.database.query<{ definition: string; source: string }>(
      `SELECT pg_get_functiondef(oid) AS definition, prosrc AS source FROM pg_proc WHERE proname = $1 AND pronamespace = 'changeover_legacy'::regnamespace`,
      [off.in],
    )
    const { definition, source } = rows[0] ?? { definition: '', source: '' }
    const changed = source.replace(off.replace, off.by)
    expect(changed).not.toBe(source)
    await tickets.database.query(definition.replace(source, () => changed))
    return async () => void (await tickets.database.query(definition))
  }
  for (const statement of off) await tickets.database.query(statement)
  return () => tickets.install()
}
