import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { TimestampText } from '@changeover/database/mikro-orm'
import { ConversationState } from './conversation-state.ts'

/** One entry of a conversation's history. */
export const ConversationMessage = defineEntity({
  name: 'ConversationMessage',
  tableName: 'conversation_message',
  properties: {
    conversation: () =>
      p
        .manyToOne(ConversationState)
        .primary()
        .joinColumn('conversation_id')
        .updateRule('cascade')
        .deleteRule('cascade'),
    position: p.integer().primary(),
    role: p.text().nullable(),
    content: p.text().nullable(),
    messageType: p.text().nullable(),
    toolName: p.text().nullable(),
    toolSuccess: p.boolean().nullable(),
    timestamp: p.type(TimestampText).nullable(),
    additionalData: p.json<unknown>().defaultRaw(`'{}'`),
  },
})

export type ConversationMessage = InferEntity<typeof ConversationMessage>
