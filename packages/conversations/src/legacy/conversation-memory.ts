import { table } from '@changeover/mapping'
import { tableOf } from '@changeover/mapping/mikro-orm'
import { MemoryChunk } from './memory-chunk.ts'
import { MemoryMetadata } from './memory-metadata.ts'

const chunk = tableOf(MemoryChunk)
const owner = tableOf(MemoryMetadata, { where: { key: 'conversation_id' } })

/** Why a content cannot be read as jsonb, as the view says it; each with the end of a sentence about the row. */
export const problems = {
  'not JSON': 'has a content that is not JSON',
  'zero character': 'has a content with the character U+0000, which jsonb cannot hold',
  'half a character': 'has a content with half a surrogate pair, which jsonb cannot hold',
  'number out of range': 'has a content with a number that jsonb cannot hold',
  'repeated key': 'has a content with an object in which a key occurs twice',
} as const

/** The newest saved state of each conversation: a view of chunks and their metadata. */
export const conversationMemory = table(
  'conversation_memory',
  {
    conversationId: 'text not null',
    userId: 'text',
    state: 'jsonb not null',
    problem: 'text generated',
    savedAt: 'timestamptz not null',
  },
  {
    key: ['conversationId'],
    madeOf: [
      { table: owner, key: ['value'] },
      { table: chunk, key: ['value'], through: { table: owner, field: 'chunk', own: 'id' } },
    ],
  },
)
