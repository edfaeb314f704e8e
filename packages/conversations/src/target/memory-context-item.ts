import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { TimestampText } from '@changeover/database/mikro-orm'
import { ConversationState } from './conversation-state.ts'

/** Something remembered for a conversation, and how much it matters. */
export const MemoryContextItem = defineEntity({
  name: 'MemoryContextItem',
  tableName: 'memory_context_item',
  properties: {
    conversation: () =>
      p
        .manyToOne(ConversationState)
        .primary()
        .joinColumn('conversation_id')
        .updateRule('cascade')
        .deleteRule('cascade'),
    position: p.integer().primary(),
    source: p.text().nullable(),
    content: p.text().nullable(),
    relevanceScore: p.double().nullable(),
    contextType: p.text().nullable(),
    originalRole: p.text().nullable(),
    focusArea: p.text().nullable(),
    preferenceType: p.text().nullable(),
    timestamp: p.type(TimestampText).nullable(),
    additionalData: p.json<unknown>().defaultRaw(`'{}'`),
  },
})

export type MemoryContextItem = InferEntity<typeof MemoryContextItem>
