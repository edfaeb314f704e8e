import { Memory } from './0001-memory.ts'
import { Conversation } from './0002-conversation.ts'
import { ConversationMemory } from './0003-conversation-memory.ts'
import { LoadConversation } from './0004-load-conversation.ts'

/** Every migration, in the order in which it runs. A name that has run somewhere never changes. */
export const migrations = [
  { name: 'conversations-0001-memory', class: Memory },
  { name: 'conversations-0002-conversation', class: Conversation },
  { name: 'conversations-0003-conversation-memory', class: ConversationMemory },
  { name: 'conversations-0004-load-conversation', class: LoadConversation },
]
