import type { Database } from '@changeover/database'
import { insertContents } from './insert-contents.ts'
import { sampleState } from './sample-contents.ts'

const pageRows = 1000

/** Adds many conversations of ten messages each for measurements. Cost: one statement for each thousand; then ANALYZE. */
export async function generateConversations(database: Database, count: number): Promise<void> {
  for (let done = 0; done < count; done += pageRows) {
    const page = Array.from({ length: Math.min(pageRows, count - done) }, (_none, index) => ({
      conversation: `generated ${done + index}`,
      userId: `user-${index % 50}`,
      content: JSON.stringify(sampleState(done + index, 10)),
      savedAt: '2026-03-01T00:00:00Z',
    }))
    await insertContents(database, page)
  }
  await database.query('ANALYZE')
}
