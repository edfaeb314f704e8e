import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { TimestampText } from '@changeover/database/mikro-orm'

/** What is known of a conversation besides its lists. NULL is a key that the saved state does not have. */
export const ConversationState = defineEntity({
  name: 'ConversationState',
  tableName: 'conversation_state',
  indexes: [{ properties: ['userId'], name: 'conversation_state_user_id_index' }],
  properties: {
    conversationId: p.text().primary(),
    userId: p.text().nullable(),
    userInput: p.text().nullable(),
    focusAreas: p.json<unknown>().nullable(),
    stepCount: p.integer().nullable(),
    lastToolResult: p.json<unknown>().nullable(),
    additionalData: p.json<unknown>().defaultRaw(`'{}'`),
    createdAt: p.type(TimestampText).defaultRaw('now()'),
    updatedAt: p.type(TimestampText).defaultRaw('now()'),
  },
})

export type ConversationState = InferEntity<typeof ConversationState>
