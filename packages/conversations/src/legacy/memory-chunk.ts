import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { TimestampText } from '@changeover/database/mikro-orm'

/** A saved state as text that should be JSON; of a conversation, the newest counts. */
export const MemoryChunk = defineEntity({
  name: 'MemoryChunk',
  tableName: 'memory_chunk',
  properties: {
    id: p.bigint('string').primary().generated('by default as identity'),
    userId: p.text().nullable(),
    content: p.text(),
    createdAt: p.type(TimestampText).defaultRaw('now()'),
  },
})

export type MemoryChunk = InferEntity<typeof MemoryChunk>
