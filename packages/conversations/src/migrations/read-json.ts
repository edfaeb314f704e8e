/**
 * Functions that read a text as jsonb, or say why it cannot be: json takes what jsonb does not (U+0000, half a surrogate
 * pair, numbers of thousands of digits, and a key twice, of which jsonb would keep the last).
 */
export const createReadJson: readonly string[] = [
  `create function memory_problem(content text) returns text language plpgsql immutable as $$
  begin
    begin
      perform content::jsonb;
    exception
      when untranslatable_character then return 'zero character';
      when others then
        begin
          perform content::json;
        exception when others then
          return 'not JSON';
        end;
        return case sqlstate when '22P02' then 'half a character' else 'number out of range' end;
    end;
    return case when memory_repeats_key(content) then 'repeated key' end;
  end $$`,
  `create function memory_state(content text) returns jsonb language plpgsql immutable as $$
  declare
    state jsonb;
  begin
    state := content::jsonb;
    return case when not memory_repeats_key(content) then state end;
  exception when others then
    return null;
  end $$`,
]

/** The same question in the words of older servers: looks at every object. */
export const repeatsKey = `
  with recursive node(value) as (
    select $1::json
    union all
    select inside.value from node cross join lateral (
      select value from json_each(case json_typeof(node.value) when 'object' then node.value end)
      union all
      select value from json_array_elements(case json_typeof(node.value) when 'array' then node.value end)) as inside)
  select exists (select from node where json_typeof(value) = 'object'
    and (select count(*) <> count(distinct key) from json_object_keys(value) as key))`

/** Whether some object in the JSON has a key twice; every server from 16 on can say so itself. */
export const createRepeatsKey = `do $do$
begin
  if current_setting('server_version_num')::int >= 160000 then
    create function memory_repeats_key(content text) returns boolean language sql immutable
      as 'select not content is json with unique keys';
  else
    create function memory_repeats_key(content text) returns boolean language sql immutable as $$${repeatsKey}$$;
  end if;
end $do$`
