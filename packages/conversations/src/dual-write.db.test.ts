import { createPoolDatabase, type Database, type Transaction } from '@changeover/database'
import { dualWriteDrift, refusalIn, selfTest } from '@changeover/dual-write'
import { createFlushSubscriber } from '@changeover/dual-write/mikro-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Home, openHome, saveChunk } from './conversation-home.fixture.ts'
import { conversations } from './index.ts'

const dualWrite = { migration: conversations.name, mappings: conversations.mappings }
let home: Home
beforeAll(async () => {
  home = await openHome('legacy-leads')
})
afterAll(() => home.close())

const rows = async (text: string, values: readonly unknown[] = []) =>
  (await home.database.query<Readonly<Record<string, unknown>>>(text, [...values])).rows
const inputOf = async (id: string) =>
  (await rows('SELECT user_input FROM conversation_state WHERE conversation_id = $1', [id]))[0]?.[
    'user_input'
  ]
const historyOf = async (id: string) =>
  (
    await rows(
      `SELECT state -> 'conversation_history' AS history FROM conversation_memory WHERE conversation_id = $1`,
      [id],
    )
  )[0]?.['history']

describe('while legacy leads, the rows follow', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['a state that is saved', () => saveChunk(home.database, 'new', '{"user_input": "one"}')],
    [
      'a newer state',
      () =>
        saveChunk(home.database, 'new', '{"user_input": "two", "conversation_history": [{"role": "user"}]}'),
    ],
    [
      'an older state, of which nothing is seen',
      () => saveChunk(home.database, 'new', '{}', `now() - interval '1 day'`),
    ],
    [
      'a state that is written over',
      () => rows(`UPDATE memory_chunk SET content = '{"user_input": "over"}' WHERE content LIKE '%"two"%'`),
    ],
    [
      'chunks that change in one statement',
      () => rows(`UPDATE memory_chunk SET user_id = 'somebody' WHERE id % 2 = 0`),
    ],
    [
      'a chunk that is deleted, under which an earlier one lies',
      () => rows(`DELETE FROM memory_chunk WHERE content LIKE '%"over"%'`),
    ],
    [
      'metadata that goes to another conversation',
      () =>
        rows(`UPDATE memory_metadata SET value = 'moved' WHERE value = 'new' AND key = 'conversation_id'`),
    ],
    ['metadata that is deleted', () => rows(`DELETE FROM memory_metadata WHERE value = 'conversation 7'`)],
    [
      'metadata of another kind',
      () =>
        rows(
          `INSERT INTO memory_metadata (chunk_id, key, value) SELECT min(id), 'tag', 'x' FROM memory_chunk`,
        ),
    ],
    [
      'all chunks of some conversations',
      () =>
        rows(
          `DELETE FROM memory_chunk WHERE id IN (SELECT chunk_id FROM memory_metadata WHERE value IN ('conversation 8', 'moved'))`,
        ),
    ],
  ])('%s', async (_name, write) => {
    await write()
    expect(await home.apart()).toEqual([])
  })

  test('and a content that is no JSON is refused in words', async () => {
    const refused = await saveChunk(home.database, 'broken', '{"user_input": ').catch((error: unknown) =>
      refusalIn(error),
    )
    expect(refused).toMatchObject({
      code: 'DUAL_WRITE.ROW_REFUSED',
      values: { key: 'broken', why: 'has a content that is not JSON' },
    })
  })
})

describe('two connections save the first state of one conversation at the same time', () => {
  const both = async () => {
    const other = createPoolDatabase({ url: home.url, maxConnections: 1 })
    try {
      let second: Promise<unknown> = Promise.resolve()
      await home.database.transaction(async (tx: Transaction) => {
        await saveChunk(tx, 'raced', '{"user_input": "later"}', `'2026-05-02'`)
        second = other.transaction((own) =>
          saveChunk(own, 'raced', '{"user_input": "earlier"}', `'2026-05-01'`),
        )
        second.catch(() => {})
        await isWaiting(home.database, tx)
      })
      await second
    } finally {
      await other.close()
    }
  }
  const clean = () =>
    rows(`DELETE FROM memory_chunk WHERE id IN (SELECT chunk_id FROM memory_metadata WHERE value = 'raced')`)

  test('and the newest counts, whoever came first', async () => {
    await both()
    expect(await inputOf('raced')).toBe('later')
    expect(await home.apart()).toEqual([])
    await clean()
  })

  test('without the lock of the key the second fails (mutation)', async () => {
    const functions = await rows(
      `SELECT pg_get_functiondef(oid) AS made FROM pg_proc WHERE prosrc LIKE '%pg_advisory_xact_lock(hashtextextended%' AND pronamespace = 'changeover'::regnamespace`,
    )
    expect(functions.length).toBeGreaterThan(0)
    for (const { made } of functions)
      await home.database.query(
        String(made).replaceAll('pg_advisory_xact_lock(hashtextextended', 'hashint8(hashtextextended'),
      )
    const failed = await both().catch((error: unknown) => error)
    for (const { made } of functions) await home.database.query(String(made))
    expect(failed).toMatchObject({ code: 'DATABASE.CONSTRAINT_VIOLATED' })
    await clean()
    expect(await home.apart()).toEqual([])
  })
})

describe('while the target leads, the saved text follows', () => {
  beforeAll(() => home.lead('target-leads'))

  test.each<[string, () => Promise<unknown>]>([
    [
      'a message that changes',
      () =>
        rows(
          `UPDATE conversation_message SET content = 'changed' WHERE conversation_id = 'conversation 5' AND position = 3`,
        ),
    ],
    [
      'a message between others that goes',
      () =>
        rows(`DELETE FROM conversation_message WHERE conversation_id = 'conversation 5' AND position = 1`),
    ],
    [
      'messages of many conversations',
      () =>
        rows(
          `UPDATE conversation_message SET tool_success = NOT tool_success WHERE tool_success IS NOT NULL`,
        ),
    ],
    [
      'a message that is added',
      () =>
        rows(
          `INSERT INTO conversation_message (conversation_id, position, role) SELECT conversation_id, max(position) + 5, 'user' FROM conversation_message GROUP BY conversation_id`,
        ),
    ],
    [
      'a message that goes to another conversation',
      () =>
        rows(
          `UPDATE conversation_message SET conversation_id = 'conversation 9', position = 100 WHERE conversation_id = 'conversation 5' AND position = 0`,
        ),
    ],
    [
      'a context item',
      () =>
        rows(
          `INSERT INTO memory_context_item (conversation_id, position, relevance_score) VALUES ('conversation 5', 50, 0.5)`,
        ),
    ],
    [
      'a state that changes',
      () =>
        rows(
          `UPDATE conversation_state SET user_input = 'new', step_count = NULL, updated_at = now() WHERE user_id IS NULL`,
        ),
    ],
    [
      'a new conversation',
      () =>
        rows(`INSERT INTO conversation_state (conversation_id, last_tool_result) VALUES ('born', 'null')`),
    ],
    [
      'a conversation that is deleted',
      () => rows(`DELETE FROM conversation_state WHERE conversation_id IN ('conversation 9', 'odd-3')`),
    ],
  ])('%s', async (_name, write) => {
    await write()
    expect(await home.apart()).toEqual([])
  })

  test.each([
    ['a chunk and whose it is', () => saveChunk(home.database, 'past', '{}')],
    ['a changed content', () => rows(`UPDATE memory_chunk SET content = '{}' WHERE id = ${chunkOf}`)],
    ['a deleted chunk', () => rows(`DELETE FROM memory_chunk WHERE id = ${chunkOf}`)],
    ['a deleted line of metadata', () => rows(`DELETE FROM memory_metadata WHERE value = 'conversation 10'`)],
  ])('legacy code is refused: %s', async (_name, write) => {
    const refused = await write().catch((error: unknown) => refusalIn(error))
    expect(refused).toMatchObject({ code: 'DUAL_WRITE.LEGACY_READ_ONLY' })
    expect(await home.apart()).toEqual([])
  })

  test('two connections that change two messages of one conversation both arrive', async () => {
    const other = createPoolDatabase({ url: home.url, maxConnections: 1 })
    const change = (position: number) =>
      `UPDATE conversation_message SET content = 'by ${position}' WHERE conversation_id = 'conversation 5' AND position = ${position}`
    let second: Promise<unknown> = Promise.resolve()
    await home.database.transaction(async (tx: Transaction) => {
      await tx.query(change(2))
      second = other.query(change(3))
      second.catch(() => {})
      await isWaiting(home.database, tx)
    })
    await second
    await other.close()
    expect(await historyOf('conversation 5')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ content: 'by 2' }),
        expect.objectContaining({ content: 'by 3' }),
      ]),
    )
    expect(await home.apart()).toEqual([])
  })
})

test('the probe of the installation arrives on both sides, and nothing has drifted', async () => {
  expect(await selfTest(home.database, dualWrite)).toEqual([])
  expect(await dualWriteDrift(home.database, dualWrite)).toEqual([])
})

const chunkOf = `(SELECT max(chunk_id) FROM memory_metadata WHERE value = 'conversation 10')`

/** Until another connection waits for a lock that this transaction holds. The list of connections is read outside of it. */
async function isWaiting(database: Pick<Database, 'query'>, tx: Transaction): Promise<void> {
  const own = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  for (;;) {
    const { rows: waiting } = await database.query<{ found: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE $1::int = ANY (pg_blocking_pids(pid))) AS found`,
      [own.rows[0]?.pid],
    )
    if (waiting[0]?.found === true) return
  }
}

test('capture by the ORM, which knows the tables and not the views, is refused', () => {
  expect(() => createFlushSubscriber(dualWrite)).toThrow(
    expect.objectContaining({ code: 'DUAL_WRITE.CAPTURE_BLIND' }),
  )
})
