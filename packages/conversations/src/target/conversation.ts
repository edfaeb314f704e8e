import { documentOf } from '@changeover/mapping'
import { tableOf } from '@changeover/mapping/mikro-orm'
import { ConversationMessage } from './conversation-message.ts'
import { ConversationState } from './conversation-state.ts'
import { MemoryContextItem } from './memory-context-item.ts'

/** The history of a conversation as rows. */
export const messages = tableOf(ConversationMessage)

/** What is remembered for it, as rows. */
export const contextItems = tableOf(MemoryContextItem)

/** A conversation with both lists, as the mapping sees it; the tables say of themselves when a row was created. */
export const conversation = documentOf(
  'conversation',
  tableOf(ConversationState, { without: ['createdAt'] }),
  {
    messages: { table: messages, owner: ['conversation'], position: 'position' },
    contextItems: { table: contextItems, owner: ['conversation'], position: 'position' },
  },
)
