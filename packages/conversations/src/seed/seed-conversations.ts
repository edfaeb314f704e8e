import { advisoryLock, type Database, type Queryable } from '@changeover/database'
import { insertContents } from './insert-contents.ts'
import { malformedContents, sampleContents } from './sample-contents.ts'

/**
 * Fills the legacy tables with sample data, the same every time, unless they hold something already: 60 conversations with
 * every kind of value, in one to three versions. Returns whether it filled them.
 */
export async function seedConversations(database: Database): Promise<boolean> {
  const filled = await database.transaction(async (tx) => {
    await advisoryLock(tx, 'changeover conversations seed')
    const { rows } = await tx.query<{ empty: boolean }>(
      'select not exists (select from memory_chunk) as empty',
    )
    if (rows[0]?.empty !== true) return false
    await insertContents(tx, sampleContents())
    await tx.query(
      `insert into memory_metadata (chunk_id, key, value) select id, 'importance', 'low' from memory_chunk where id % 5 = 0`,
    )
    return true
  })
  if (filled) await database.query('analyze')
  return filled
}

/** Plants a conversation for each problem that a content can have, named by the problem. Returns their ids. */
export async function plantMalformed(database: Queryable): Promise<readonly string[]> {
  const planted = Object.entries(malformedContents).map(([problem, content]) => {
    return { conversation: problem, userId: null, content, savedAt: '2026-02-01T00:00:00Z' }
  })
  await insertContents(database, planted)
  return planted.map(({ conversation }) => conversation)
}
