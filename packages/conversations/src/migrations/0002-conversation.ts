import { documentDdl, dropDocumentDdl } from '@changeover/mapping'
import { Migration } from '@mikro-orm/migrations'
import { conversation } from '../target/conversation.ts'

/** The new tables, and the view in which the mapping sees them. */
export class Conversation extends Migration {
  override up(): void {
    this.addSql(`
      create table conversation_state (
        conversation_id text not null primary key,
        user_id text,
        user_input text,
        focus_areas jsonb,
        step_count int,
        last_tool_result jsonb,
        additional_data jsonb not null default '{}',
        created_at timestamptz(6) not null default now(),
        updated_at timestamptz(6) not null default now()
      )`)
    this.addSql('create index conversation_state_user_id_index on conversation_state (user_id)')
    const owner = (table: string) => `
        conversation_id text not null constraint ${table}_conversation_id_foreign
          references conversation_state on update cascade on delete cascade,
        position int not null,`
    this.addSql(`
      create table conversation_message (${owner('conversation_message')}
        role text,
        content text,
        message_type text,
        tool_name text,
        tool_success boolean,
        timestamp timestamptz(6),
        additional_data jsonb not null default '{}',
        primary key (conversation_id, position)
      )`)
    this.addSql(`
      create table memory_context_item (${owner('memory_context_item')}
        source text,
        content text,
        relevance_score double precision,
        context_type text,
        original_role text,
        focus_area text,
        preference_type text,
        timestamp timestamptz(6),
        additional_data jsonb not null default '{}',
        primary key (conversation_id, position)
      )`)
    for (const statement of documentDdl(conversation)) this.addSql(statement)
  }

  override down(): void {
    for (const statement of dropDocumentDdl(conversation)) this.addSql(statement)
    this.addSql('drop table memory_context_item')
    this.addSql('drop table conversation_message')
    this.addSql('drop table conversation_state')
  }
}
