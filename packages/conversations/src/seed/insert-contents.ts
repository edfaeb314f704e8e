import type { Queryable } from '@changeover/database'
import type { SavedContent } from './sample-contents.ts'

/** Inserts contents as legacy code does: a chunk each, and whose it is. */
export async function insertContents(queryable: Queryable, contents: readonly SavedContent[]): Promise<void> {
  await queryable.query(
    `with given as materialized (
       select nextval(pg_get_serial_sequence('memory_chunk', 'id')) as id, conversation, user_id, content, saved_at
         from jsonb_to_recordset($1::jsonb) as each(conversation text, user_id text, content text, saved_at timestamptz)),
     chunk as (
       insert into memory_chunk (id, user_id, content, created_at) select id, user_id, content, saved_at from given)
     insert into memory_metadata (chunk_id, key, value) select id, 'conversation_id', conversation from given`,
    [
      JSON.stringify(
        contents.map(({ conversation, userId, content, savedAt }) => {
          return { conversation, user_id: userId, content, saved_at: savedAt }
        }),
      ),
    ],
  )
}
