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

// Saving and loading
export { type AgentState } from './stores/agent-state.ts'
export { type ConversationStore, type SavedState, type SaveResult } from './stores/conversation-store.ts'
export { createConversationFacade } from './stores/conversation-facade.ts'
export { createLegacyStore } from './stores/legacy-store.ts'
export { createTargetStore } from './stores/target-store.ts'

// Schema
export { migrations } from './migrations/index.ts'
export { migrate } from './migrate.ts'
export { entities, ormOptions } from './orm-options.ts'

// Data
export { plantMalformed, seedConversations } from './seed/seed-conversations.ts'

export { errors as conversationErrors } from './errors.ts'
