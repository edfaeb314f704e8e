import { defineMigration } from '@changeover/migration'
import { stateToConversation } from './mapping.ts'

/** The state of each conversation, one JSON value, becomes rows of three tables. */
export const conversations = defineMigration({
  name: 'conversations',
  targetModel: 'ConversationState',
  mappings: [stateToConversation],
})
