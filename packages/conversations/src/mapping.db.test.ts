import { type Database, fromPool } from '@changeover/database'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { createSync } from '@changeover/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { conversations, migrate, plantMalformed, seedConversations, stateToConversation } from './index.ts'
import { malformedContents } from './seed/sample-contents.ts'

type Row = Readonly<Record<string, unknown>>

const sync = createSync(conversations.mappings)
const options = { heldValues: 'overwrite' } as const
let database: Database
let drop: () => Promise<void>

beforeAll(async () => {
  const created = await createTestDatabase()
  drop = () => created.drop()
  database = fromPool(created.pool())
  await migrate(created.url)
  await seedConversations(database)
  await plantMalformed(database)
})
afterAll(() => drop())

const rows = async (text: string, values: readonly unknown[] = []) =>
  (await database.query<Row>(text, [...values])).rows
const forward = () =>
  database.transaction((tx) => sync.batch(tx, stateToConversation, 'forward', {}, options))
const backward = (keys: readonly string[]) =>
  database.transaction((tx) =>
    sync.keys(
      tx,
      stateToConversation,
      'backward',
      keys.map((key) => [key]),
      { heldValues: 'keep' },
    ),
  )

/** The newest content of each conversation, found and read by hand. */
const contents = async () => {
  const found = await rows(`select distinct on (m.value) m.value as id, c.content, c.user_id, c.created_at
    from memory_chunk c join memory_metadata m on m.chunk_id = c.id and m.key = 'conversation_id'
    order by m.value, c.created_at desc, c.id desc`)
  return found.filter(({ id }) => !(String(id) in malformedContents))
}

describe('the way there', () => {
  test('writes every conversation that can be read, and names why the others cannot', async () => {
    const { inserted, refused } = await forward()
    expect(inserted).toBe(60)
    expect(
      refused
        .map(({ key: [key], why }) => [key, why])
        .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    ).toEqual([
      ['half a character', 'has a content with half a surrogate pair, which jsonb cannot hold'],
      ['not JSON', 'has a content that is not JSON'],
      ['number out of range', 'has a content with a number that jsonb cannot hold'],
      ['repeated key', 'has a content with an object in which a key occurs twice'],
      ['zero character', 'has a content with the character U+0000, which jsonb cannot hold'],
    ])
    expect(await forward()).toMatchObject({ inserted: 0, updated: 0, deleted: 0 })
  })

  test('makes of each content what a reader of the JSON makes of it', async () => {
    for (const { id, content, user_id: user, created_at: at } of await contents()) {
      const state = JSON.parse(String(content)) as Row | null
      const given = typeof state === 'object' && state !== null && !Array.isArray(state) ? state : {}
      const [row] = await rows('select * from conversation_state where conversation_id = $1', [id])
      expect(row).toMatchObject({
        user_id: user,
        updated_at: at,
        user_input: typeof given['user_input'] === 'string' ? given['user_input'] : null,
        step_count: isInteger(given['step_count']) ? given['step_count'] : null,
        focus_areas: given['focus'] ?? null,
      })
      const history = listOf(given['conversation_history'])
      const stored = await rows(
        'select * from conversation_message where conversation_id = $1 order by position',
        [id],
      )
      expect(
        stored.map(
          ({ position, role, content: text, message_type: type, tool_name: tool, tool_success: ok }) => {
            return { position, role, text, type, tool, ok }
          },
        ),
      ).toEqual(
        history.map((item, position) => ({
          position,
          role: textOf(item['role']),
          text: textOf(item['content']),
          type: textOf(item['type']),
          tool: textOf(item['tool_name']),
          ok: typeof item['tool_success'] === 'boolean' ? item['tool_success'] : null,
        })),
      )
      const context = listOf(given['memory_context'])
      const items = await rows(
        'select * from memory_context_item where conversation_id = $1 order by position',
        [id],
      )
      expect(
        items.map(({ source, relevance_score: score, context_type: type, focus_area: area }) => {
          return { source, score, type, area }
        }),
      ).toEqual(
        context.map((item) => ({
          source: textOf(item['source']),
          score: Number.isFinite(item['relevance_score']) ? item['relevance_score'] : null,
          type: textOf(item['type']),
          area: textOf(item['focus_area']),
        })),
      )
    }
  })

  test('keeps times with an offset in their column, and others as they are written', async () => {
    expect(
      await rows(`select timestamp = '2024-02-29 16:00:00.123456+00' as exact, timestamp = '2024-02-29 16:00:00+00' as plain, additional_data
      from conversation_message where conversation_id = 'odd-8' order by position`),
    ).toEqual([
      { exact: true, plain: false, additional_data: {} },
      { exact: false, plain: true, additional_data: { timestamp: '2024-02-29T16:00:00Z' } },
      { exact: null, plain: null, additional_data: { timestamp: '2024-02-29 16:00' } },
      { exact: null, plain: null, additional_data: { timestamp: 1709222400 } },
    ])
  })
})

describe('the way back', () => {
  test('changes no content that came over', async () => {
    const before = await rows('select * from memory_chunk order by id')
    const keys = (await rows('select conversation_id from conversation_state')).map((row) =>
      String(row['conversation_id']),
    )
    expect(keys).toHaveLength(60)
    expect(await backward(keys)).toMatchObject({ inserted: 0, updated: 0, deleted: 0, refused: [] })
    expect(await rows('select * from memory_chunk order by id')).toEqual(before)
  })

  test('makes each content anew, to the last digit', async () => {
    const all = await contents()
    await database.query(`update memory_chunk set content = '{"lost": true}' where id in (${newestIds})`)
    await backward(all.map(({ id }) => String(id)))
    const again = await contents()
    const texts = (list: readonly Row[]) =>
      rows(
        'select jsonb_agg(content::jsonb order by n)::text as text from unnest($1::text[]) with ordinality as t(content, n)',
        [list.map(({ content }) => content)],
      )
    expect(await texts(again)).toEqual(await texts(all))
  })

  test('carries a change of one message to its place in the newest content', async () => {
    await database.query(
      `update conversation_message set content = 'changed', tool_success = true where conversation_id = 'conversation 5' and position = 2`,
    )
    await database.query(
      `delete from conversation_message where conversation_id = 'conversation 5' and position = 0`,
    )
    expect(await backward(['conversation 5'])).toMatchObject({ updated: 1 })
    const [found] =
      await rows(`select content::jsonb -> 'conversation_history' -> 1 ->> 'content' as content, jsonb_array_length(content::jsonb -> 'conversation_history') as length
      from memory_chunk where id = (select c.id from memory_chunk c join memory_metadata m on m.chunk_id = c.id where m.key = 'conversation_id' and m.value = 'conversation 5' order by c.created_at desc limit 1)`)
    expect(found).toEqual({ content: 'changed', length: 10 })
  })

  test('lays a new state over a content that cannot be read, which stays', async () => {
    await database.query(
      `insert into conversation_state (conversation_id, user_input) values ('not JSON', 'again')`,
    )
    expect(await backward(['not JSON'])).toMatchObject({ updated: 1, refused: [] })
    const found = await rows(
      `select c.content from memory_chunk c join memory_metadata m on m.chunk_id = c.id where m.value = 'not JSON' order by c.id`,
    )
    expect(found).toEqual([
      { content: malformedContents['not JSON'] },
      { content: '{"user_input": "again"}' },
    ])
  })

  test('takes every version of a conversation away that is gone', async () => {
    await database.query(`delete from conversation_state where conversation_id = 'conversation 2'`)
    expect(await backward(['conversation 2'])).toMatchObject({ deleted: 1 })
    expect(await rows(`select from memory_metadata where value = 'conversation 2'`)).toEqual([])
  })
})

const newestIds = `select distinct on (m.value) c.id from memory_chunk c join memory_metadata m on m.chunk_id = c.id and m.key = 'conversation_id'
  where m.value not in (${Object.keys(malformedContents)
    .map((each) => `'${each}'`)
    .join(', ')}) order by m.value, c.created_at desc, c.id desc`

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** Whole numbers of an integer's size. */
function isInteger(value: unknown): boolean {
  return Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31
}

function listOf(value: unknown): readonly Row[] {
  return Array.isArray(value)
    ? value.map(
        (item: unknown): Row =>
          typeof item === 'object' && item !== null && !Array.isArray(item) ? (item as Row) : {},
      )
    : []
}
