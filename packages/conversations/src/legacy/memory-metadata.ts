import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { MemoryChunk } from './memory-chunk.ts'

/** What is known of a chunk: under the key `conversation_id`, whose state it is. */
export const MemoryMetadata = defineEntity({
  name: 'MemoryMetadata',
  tableName: 'memory_metadata',
  uniques: [{ properties: ['chunk', 'key'], name: 'memory_metadata_chunk_id_key_unique' }],
  indexes: [{ properties: ['key', 'value'], name: 'memory_metadata_key_value_index' }],
  properties: {
    id: p.bigint('string').primary().generated('by default as identity'),
    chunk: () => p.manyToOne(MemoryChunk).updateRule('cascade').deleteRule('cascade'),
    key: p.text(),
    value: p.text(),
  },
})

export type MemoryMetadata = InferEntity<typeof MemoryMetadata>
