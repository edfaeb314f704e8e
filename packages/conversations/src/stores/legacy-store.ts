import type { Database } from '@changeover/database'
import { errors } from '../errors.ts'
import { agentState, type JsonObject, relevantOnly, savedObject } from './agent-state.ts'
import { type ConversationStore, defaultThreshold, type SavedState } from './conversation-store.ts'

/** States as they have always been kept: each save is a chunk of its own, and the newest counts. */
export function createLegacyStore(database: Database): ConversationStore {
  const load = async (id: string): Promise<SavedState | undefined> => {
    const { rows } = await database.query<{ content: string; userId: string | null }>(newest, [id])
    const [row] = rows
    return row && { state: savedObject(id, parsed(id, row.content)), userId: row.userId }
  }
  const save = async (id: string, state: JsonObject, userId: string | null) => {
    await database.query(insert, [userId, JSON.stringify(state), id])
    return { success: true }
  }
  return {
    saveState: (id, state, userId) => save(id, state, userId ?? null),
    loadState: async (id, threshold = defaultThreshold) => {
      const saved = await load(id)
      return saved && relevantOnly(agentState(saved.state), threshold)
    },
    load,
    save: (id, { state, userId }) => save(id, state, userId),
    remove: (id) => database.query(remove, [id]),
    keys: async (after, limit) => {
      const { rows } = await database.query<{ id: string }>(list, [after ?? null, limit])
      return rows.map(({ id }) => id)
    },
  }
}

const newest = `select c.content, c.user_id as "userId" from memory_metadata m join memory_chunk c on c.id = m.chunk_id
  where m.key = 'conversation_id' and m.value = $1 order by c.created_at desc, c.id desc limit 1`

const insert = `with chunk as (insert into memory_chunk (user_id, content, created_at) values ($1, $2, clock_timestamp()) returning id)
  insert into memory_metadata (chunk_id, key, value) select id, 'conversation_id', $3 from chunk`

const remove = `delete from memory_chunk where id in (
  select chunk_id from memory_metadata where key = 'conversation_id' and value = $1)`

const list = `select distinct value collate "C" as id from memory_metadata
  where key = 'conversation_id' and ($1::text is null or value collate "C" > $1) order by 1 limit $2::int`

function parsed(conversation: string, content: string): unknown {
  try {
    return JSON.parse(content)
  } catch (cause) {
    throw errors.STATE_UNREADABLE({ conversation, why: 'its content is not JSON' }, { cause })
  }
}
