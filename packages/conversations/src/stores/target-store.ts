import { type Database, retrying } from '@changeover/database'
import { type Json, type Row, toLegacy, toTarget } from '@changeover/mapping'
import { stateToConversation } from '../mapping.ts'
import { agentState, type JsonObject, savedObject } from './agent-state.ts'
import { type ConversationStore, defaultThreshold, type SavedState } from './conversation-store.ts'

/** States as rows. What becomes of a key of a state is asked of the mapping, so that both sides agree. */
export function createTargetStore(database: Database): ConversationStore {
  const read = async (id: string, threshold: number): Promise<SavedState | undefined> => {
    const { rows } = await database.query<Stored>(select, [id, threshold])
    const [row] = rows
    return row && { state: savedObject(id, stateOf(id, row)), userId: row.userId }
  }
  const save = async (id: string, state: JsonObject, userId: string | null) => {
    const values = valuesOf(id, state, userId)
    await retrying(database, async (tx) => {
      // Two first saves of one conversation have no row in common.
      await tx.query(`select pg_advisory_xact_lock(hashtextextended('conversation ' || $1, 0))`, [id])
      const { rowCount } = await tx.query(update, values)
      if (rowCount === 0) await tx.query(insert, values)
    })
    return { success: true }
  }
  return {
    saveState: (id, state, userId) => save(id, state, userId ?? null),
    loadState: async (id, threshold = defaultThreshold) => {
      const saved = await read(id, threshold)
      return saved && agentState(saved.state)
    },
    load: (id) => read(id, Number.NEGATIVE_INFINITY),
    save: (id, { state, userId }) => save(id, state, userId),
    remove: (id) => database.query('delete from conversation_state where conversation_id = $1', [id]),
    keys: async (after, limit) => {
      const { rows } = await database.query<{ id: string }>(list, [after ?? null, limit])
      return rows.map(({ id }) => id)
    },
  }
}

interface Stored {
  readonly userId: string | null
  readonly userInput: string | null
  readonly stepCount: number | null
  readonly focusAreas: string | null
  readonly lastToolResult: string | null
  readonly rest: string
  readonly messages: string
  readonly items: string
}

const scope = { twin: () => null, original: () => null, find: () => null }
const anyTime = '1970-01-01 00:00:00+00' // the row functions want one; the statements take the clock of the database

function valuesOf(id: string, state: JsonObject, userId: string | null): readonly (string | number | null)[] {
  const json = JSON.parse(JSON.stringify(state)) as Json // without keys that are undefined
  const row = toTarget(
    stateToConversation,
    { conversationId: id, userId, state: json, problem: null, savedAt: anyTime },
    scope,
  )
  const text = (name: string) => (row[name] === null ? null : JSON.stringify(row[name]))
  return [
    id,
    userId,
    row['userInput'] as string | null, // a text column
    row['stepCount'] as number | null, // an integer column
    text('focusAreas'),
    text('lastToolResult'),
    text('additionalData'),
    text('messages'),
    text('contextItems'),
  ]
}

function stateOf(id: string, stored: Stored): unknown {
  const json = (text: string | null) => (text === null ? null : jsonOf(text))
  const row: Row = {
    conversationId: id,
    userId: stored.userId,
    updatedAt: anyTime,
    userInput: stored.userInput,
    stepCount: stored.stepCount,
    focusAreas: json(stored.focusAreas),
    lastToolResult: json(stored.lastToolResult),
    additionalData: json(stored.rest),
    messages: rowsOf(stored.messages),
    contextItems: rowsOf(stored.items),
  }
  return toLegacy(stateToConversation, row, scope)['state']
}

/** A JSON null on its own is not SQL's NULL. */
function jsonOf(text: string): Json {
  return text === 'null' ? JSON.rawJSON('null') : (JSON.parse(text) as Json) // what JSON.parse gives is JSON
}

type Cells = { readonly [column: string]: Json }

/** Child rows as the mapping has them: times with their offset, and the rest. */
function rowsOf(text: string): readonly Cells[] {
  const rows = JSON.parse(text) as readonly (readonly [cells: Cells, rest: Json])[] // the statement builds this
  return rows.map(([cells, rest]) => {
    const at = cells['timestamp']
    const timed = typeof at === 'string' ? { ...cells, timestamp: `${at}+00:00` } : cells
    return { ...timed, additional_data: rest }
  })
}

const select = `select "userId", "userInput", "stepCount", "focusAreas", "lastToolResult", rest, messages, items
  from load_conversation($1::text, $2::float8)`

const update = `update conversation set user_id = $2, user_input = $3, step_count = $4, focus_areas = $5::jsonb, last_tool_result = $6::jsonb,
    additional_data = $7::jsonb, messages = $8::jsonb, context_items = $9::jsonb, updated_at = now() where conversation_id = $1`

const insert = `insert into conversation (conversation_id, user_id, user_input, step_count, focus_areas, last_tool_result, additional_data, messages, context_items)
  values ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7::jsonb, $8::jsonb, $9::jsonb)`

const list = `select conversation_id collate "C" as id from conversation_state
  where $1::text is null or conversation_id collate "C" > $1 order by 1 limit $2::int`
