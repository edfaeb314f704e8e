// The migration
export { conversations } from './conversations.ts'
export { conversationSystem } from './conversation-system.ts'
export { stateToConversation } from './mapping.ts'

// Legacy
export { MemoryChunk } from './legacy/memory-chunk.ts'
export { MemoryMetadata } from './legacy/memory-metadata.ts'

// Target
export { ConversationState } from './target/conversation-state.ts'
export { ConversationMessage } from './target/conversation-message.ts'
export { MemoryContextItem } from './target/memory-context-item.ts'

// Schema
export { migrations } from './migrations/index.ts'
export { migrate } from './migrate.ts'
export { entities, ormOptions } from './orm-options.ts'

// Data
export { plantMalformed, seedConversations } from './seed/seed-conversations.ts'
