import { Migration } from '@mikro-orm/migrations'
import { createReadJson, createRepeatsKey } from './read-json.ts'

/** The newest chunk of a conversation, by the time at which it was saved and then by its number. */
const newest = (conversation: string) => `
      select d.id from memory_metadata as n join memory_chunk as d on d.id = n.chunk_id
       where n.key = 'conversation_id' and n.value = ${conversation}
       order by d.created_at desc, d.id desc limit 1`

const createView = `
    create view conversation_memory as
    select m.value as conversation_id, c.user_id, memory_state(c.content) as state, memory_problem(c.content) as problem,
           c.created_at as saved_at
      from memory_metadata as m join memory_chunk as c on c.id = m.chunk_id
     where m.key = 'conversation_id' and not exists (
       select from memory_metadata as n join memory_chunk as d on d.id = n.chunk_id
        where n.key = 'conversation_id' and n.value = m.value and (d.created_at, d.id) > (c.created_at, c.id))`

/**
 * A changed state is written over the newest chunk, unless that cannot be read: then a new chunk is laid over it, and its
 * text stays. A chunk that would become older than an earlier one could not be seen, and is refused.
 */
const createWrite = `
    create function write_conversation_memory() returns trigger language plpgsql as $$
    declare
      chunk bigint;
    begin
      if tg_op = 'DELETE' then
        delete from memory_chunk as c using memory_metadata as m
         where m.chunk_id = c.id and m.key = 'conversation_id' and m.value = old.conversation_id;
        return old;
      end if;
      if tg_op = 'UPDATE' then
        if new.conversation_id is distinct from old.conversation_id then
          raise exception using errcode = 'feature_not_supported',
            message = 'the key of conversation_memory cannot be changed through the view';
        end if;
        if old.problem is null then
          update memory_chunk as c set user_id = new.user_id, created_at = new.saved_at,
              content = case when new.state is distinct from old.state then new.state::text else c.content end
           where c.id = (${newest('old.conversation_id')})
          returning c.id into chunk;
        end if;
      end if;
      if chunk is null then
        insert into memory_chunk (user_id, content, created_at)
          values (new.user_id, new.state::text, coalesce(new.saved_at, now())) returning id into chunk;
        insert into memory_metadata (chunk_id, key, value) values (chunk, 'conversation_id', new.conversation_id);
      end if;
      if chunk is distinct from (${newest('new.conversation_id')}) then
        raise exception using errcode = 'invalid_parameter_value',
          message = 'the state of a conversation cannot become older than one that was saved before';
      end if;
      return new;
    end $$`

/** The newest state of each conversation as one row, whether its content is JSON or not. */
export class ConversationMemory extends Migration {
  override up(): void {
    this.addSql(createRepeatsKey)
    for (const statement of createReadJson) this.addSql(statement)
    this.addSql(createView)
    this.addSql(createWrite)
    this.addSql(`create trigger write instead of insert or update or delete on conversation_memory
      for each row execute function write_conversation_memory()`)
  }

  override down(): void {
    this.addSql('drop view conversation_memory')
    this.addSql('drop function write_conversation_memory()')
    this.addSql('drop function memory_state(text)')
    this.addSql('drop function memory_problem(text)')
    this.addSql('drop function memory_repeats_key(text)')
  }
}
