import { Migrator } from '@mikro-orm/migrations'
import { defineConfig } from '@mikro-orm/postgresql'
import { MemoryChunk } from './legacy/memory-chunk.ts'
import { MemoryMetadata } from './legacy/memory-metadata.ts'
import { migrations } from './migrations/index.ts'
import { ConversationMessage } from './target/conversation-message.ts'
import { ConversationState } from './target/conversation-state.ts'
import { MemoryContextItem } from './target/memory-context-item.ts'

export const entities = [
  MemoryChunk,
  MemoryMetadata,
  ConversationState,
  ConversationMessage,
  MemoryContextItem,
]

/** What MikroORM needs to know of this system; add the address: `new MikroORM({ ...ormOptions, clientUrl })`. */
export const ormOptions = defineConfig({
  entities,
  extensions: [Migrator],
  migrations: { migrationsList: migrations, snapshot: false, silent: true },
  schemaGenerator: {
    ignoreTriggers: true,
    ignoreRoutines: true,
    ignoreSchema: ['changeover', 'changeover_legacy'],
    skipViews: ['conversation', 'conversation_memory'],
  },
})
