import { createPoolDatabase, type Database, type PoolDatabase, runDdl } from '@changeover/database'
import { installDualWrite } from '@changeover/dual-write'
import { createTestDatabase } from '@changeover/embedded-postgres/testing'
import { ledgerDdl, type PhaseName, storeFirstPhase } from '@changeover/rollout'
import { createSync } from '@changeover/sync'
import { conversations, migrate, seedConversations, stateToConversation } from './index.ts'

/** The sample data on both sides, captured. */
export interface Home {
  readonly url: string
  readonly database: PoolDatabase
  /** The phase, as a flip leaves it behind. */
  lead(phase: PhaseName): Promise<void>
  /** The conversations that a reader of both sides finds to differ, told by SQL written by hand. */
  apart(): Promise<readonly string[]>
  close(): Promise<void>
}

const sync = createSync(conversations.mappings)

export async function openHome(phase: PhaseName): Promise<Home> {
  const created = await createTestDatabase()
  const database = createPoolDatabase({ url: created.url, maxConnections: 4 })
  await migrate(created.url)
  await seedConversations(database)
  await runDdl(database, ledgerDdl)
  await database.transaction((tx) =>
    storeFirstPhase(tx, conversations.name, { phase, by: 'test', reason: 'test' }),
  )
  await database.transaction((tx) =>
    sync.range(tx, stateToConversation, 'forward', {}, { heldValues: 'overwrite' }),
  )
  await installDualWrite(database, { migration: conversations.name, mappings: conversations.mappings })
  return {
    url: created.url,
    database,
    lead: async (next) => {
      await database.query(
        'UPDATE changeover.phase SET phase = $1, epoch = epoch + 1, target_has_led = TRUE',
        [next],
      )
    },
    apart: async () => {
      const { rows } = await database.query<{ id: string }>(apart)
      return rows.map(({ id }) => id)
    },
    close: async () => {
      await database.close()
      await created.drop()
    },
  }
}

/** A state as legacy code saves it: a chunk, then whose it is. Gives the number of the chunk. */
export async function saveChunk(
  database: Pick<Database, 'query'>,
  conversation: string,
  content: string,
  savedAt = 'now()',
): Promise<string> {
  const { rows } = await database.query<{ id: string }>(
    `INSERT INTO memory_chunk (content, created_at) VALUES ($1, ${savedAt}) RETURNING id::text AS id`,
    [content],
  )
  const id = rows[0]?.id ?? ''
  await database.query(
    `INSERT INTO memory_metadata (chunk_id, key, value) VALUES ($1, 'conversation_id', $2)`,
    [id, conversation],
  )
  return id
}

// Written by hand from the requirements, not from the mapping: a second opinion on what matters most.
const apart = `
  WITH newest AS (
    SELECT DISTINCT ON (m.value) m.value AS id, c.user_id, c.content::jsonb AS state
      FROM memory_chunk c JOIN memory_metadata m ON m.chunk_id = c.id AND m.key = 'conversation_id'
     WHERE c.content LIKE '{%' ORDER BY m.value, c.created_at DESC, c.id DESC),
  message AS (
    SELECT n.id, e.nth - 1 AS position, e.item FROM newest n, jsonb_array_elements(
      CASE jsonb_typeof(n.state -> 'conversation_history') WHEN 'array' THEN n.state -> 'conversation_history' ELSE '[]' END)
      WITH ORDINALITY AS e(item, nth)),
  stored AS (
    SELECT conversation_id AS id, row_number() OVER (PARTITION BY conversation_id ORDER BY position) - 1 AS position, role, content, tool_success
      FROM conversation_message WHERE conversation_id IN (SELECT id FROM newest))
  SELECT concat_ws(' ', coalesce(n.id, 'none'), coalesce(s.conversation_id, 'none')) AS id
    FROM newest n FULL JOIN (
      SELECT * FROM conversation_state WHERE conversation_id NOT IN (
        SELECT m.value FROM memory_chunk c JOIN memory_metadata m ON m.chunk_id = c.id WHERE c.content NOT LIKE '{%')) s ON s.conversation_id = n.id
   WHERE s.user_id IS DISTINCT FROM n.user_id
      OR s.user_input IS DISTINCT FROM CASE jsonb_typeof(n.state -> 'user_input') WHEN 'string' THEN n.state ->> 'user_input' END
      OR s.last_tool_result IS DISTINCT FROM n.state -> 'last_tool_result'
  UNION ALL
  SELECT concat_ws(' ', coalesce(m.id, s.id), 'message', coalesce(m.position, s.position)) FROM message m FULL JOIN stored s USING (id, position)
   WHERE s.role IS DISTINCT FROM CASE jsonb_typeof(m.item -> 'role') WHEN 'string' THEN m.item ->> 'role' END
      OR s.content IS DISTINCT FROM CASE jsonb_typeof(m.item -> 'content') WHEN 'string' THEN m.item ->> 'content' END
      OR s.tool_success IS DISTINCT FROM CASE jsonb_typeof(m.item -> 'tool_success') WHEN 'boolean' THEN (m.item ->> 'tool_success')::boolean END`
