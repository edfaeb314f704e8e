import { Migration } from '@mikro-orm/migrations'

const listOf = (table: string, columns: readonly string[], where: string) => {
  const cells = [
    ...columns.map((column) => `'${column}', ${column}`),
    `'timestamp', timestamp at time zone 'UTC'`,
  ]
  return `(select coalesce(json_agg(json_build_array(json_strip_nulls(json_build_object(${cells.join(', ')})), additional_data) order by position), '[]')::text
    from ${table} where conversation_id = id${where})`
}

/** A score that the column cannot hold, such as 1e400. */
const scoreAside = `case jsonb_typeof(additional_data -> 'relevance_score') when 'number' then (additional_data ->> 'relevance_score')::numeric end`

const select = `select s.user_id, s.user_input, s.step_count, s.focus_areas::text, s.last_tool_result::text, s.additional_data::text,
    ${listOf('conversation_message', ['role', 'content', 'message_type', 'tool_name', 'tool_success'], '')},
    ${listOf(
      'memory_context_item',
      [
        'source',
        'content',
        'relevance_score',
        'context_type',
        'original_role',
        'focus_area',
        'preference_type',
      ],
      ` and (threshold = '-Infinity'::float8 or relevance_score >= threshold or ${scoreAside} >= threshold::numeric)`,
    )}
  from conversation_state as s where s.conversation_id = id`

/**
 * A state with its lists as JSON, of the context only what matters so much. To plan this takes longer than to run it; of a function each
 * session keeps the plan.
 */
export class LoadConversation extends Migration {
  override up(): void {
    this.addSql(`
      create function load_conversation(id text, threshold float8) returns table ("userId" text, "userInput" text, "stepCount" int,
        "focusAreas" text, "lastToolResult" text, rest text, messages text, items text) language plpgsql stable as $$
      #variable_conflict use_column
      begin
        return query ${select};
      end $$`)
  }

  override down(): void {
    this.addSql('drop function load_conversation(text, float8)')
  }
}
