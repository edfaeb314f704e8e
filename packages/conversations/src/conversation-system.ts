import type { LegacyPlace, LegacyWriter, SampleSystem } from '@changeover/migration'
import { conversations } from './conversations.ts'
import { migrate } from './migrate.ts'
import { generateConversations } from './seed/generate-conversations.ts'
import { seedConversations } from './seed/seed-conversations.ts'

/** Legacy code that saves states, each with its mark as what the user said. It writes the newest state of a conversation by the view. */
const writer: LegacyWriter = {
  async insert(tx, at, mark) {
    const { rows } = await tx.query<{ id: string }>(
      `insert into ${at('conversation_memory')} (conversation_id, state, saved_at)
        values (gen_random_uuid()::text, jsonb_build_object('user_input', $1::text, 'conversation_history',
          jsonb_build_array(jsonb_build_object('role', 'user', 'content', $1::text))), now()) returning conversation_id as id`,
      [mark],
    )
    return rows[0]?.id ?? ''
  },
  async change(tx, at: LegacyPlace, key, mark) {
    await tx.query(
      `update ${at('conversation_memory')} set saved_at = greatest(saved_at, now()),
        state = jsonb_set(jsonb_set(state, '{user_input}', to_jsonb($2::text)), '{conversation_history,1}',
          jsonb_build_object('role', 'user', 'content', $2::text)) where conversation_id = $1`,
      [key, mark],
    )
  },
  async remove(tx, at: LegacyPlace, key) {
    await tx.query(`delete from ${at('conversation_memory')} where conversation_id = $1`, [key])
  },
  async found(database, side, prefix) {
    const from = {
      legacy: `select conversation_id as key, state ->> 'user_input' as mark from conversation_memory where starts_with(state ->> 'user_input', $1)`,
      target: `select conversation_id as key, user_input as mark from conversation_state where starts_with(user_input, $1)`,
    }
    const { rows } = await database.query<{ key: string; mark: string }>(from[side], [prefix])
    return new Map(rows.map(({ key, mark }) => [key, mark]))
  },
}

/** The conversations with their sample data: 60 of them, in up to three versions. */
export const conversationSystem: SampleSystem = Object.freeze({
  migration: conversations,
  about: 'the saved state of a conversation, one JSON text, becomes rows of three tables',
  migrate,
  seed: seedConversations,
  generate: generateConversations,
  writer,
})
