import { Migration } from '@mikro-orm/migrations'

/** The sections that codes stand for; NULL for every other milestone. */
const codeName = `
    create function section_of_code(type_name text, code text) returns text language sql immutable
    return case type_name
      when 'Part Approval' then case code when 'PA2' then 'First Article' when 'PA3' then 'Production Trial' end
      when 'NMR' then case code when 'NMR1' then 'Documentation' when 'NMR2' then 'Testing' end
    end`

/**
 * Of several milestones of a type that would be called alike, the first by sequence and key has the name; the others get their
 * code behind it, and their key too where that is taken.
 */
const sectionName = `(
      with other as (
        select x.code, coalesce(section_of_code(y.name, x.code), x.name) as name,
               (x.sequence, x.id collate "C") < (m.sequence, m.id collate "C") as is_earlier
          from milestone as x join task_type as y on y.id = x.task_type_id
         where x.task_type_id = m.task_type_id and x.id <> m.id),
      own as (
        select coalesce(section_of_code(y.name, m.code), m.name) as name from task_type as y where y.id = m.task_type_id)
      select case
          when not exists (select from other where other.name = own.name and is_earlier) then own.name
          when not exists (select from other where other.name = own.name || ' (' || m.code || ')'
            or (other.name = own.name and other.code = m.code and is_earlier)) then own.name || ' (' || m.code || ')'
          else own.name || ' (' || m.code || ', ' || m.id || ')'
        end
        from own)`

const milestoneNamed = `
    create view milestone_named as
    select m.id, m.task_type_id, m.code, ${sectionName} as section_name, nullif(m.name, ${sectionName}) as kept_name, m.sequence
      from milestone as m`

/** A section whose name comes from a code, or has one behind it, keeps that name as long as both models are written. */
const writeMilestone = `
    create function write_milestone_named() returns trigger language plpgsql set search_path from current as $$
    declare
      plain text;
    begin
      if tg_op = 'DELETE' then
        delete from milestone where id = old.id;
        return old;
      end if;
      plain := coalesce((select section_of_code(y.name, new.code) from task_type as y where y.id = new.task_type_id),
        new.kept_name, new.section_name);
      if new.section_name not in (plain, plain || ' (' || new.code || ')', plain || ' (' || new.code || ', ' || new.id || ')') then
        raise exception using errcode = 'check_violation', constraint = 'milestone_named_name_check',
          message = format('the milestone of this section is called %s, so %s cannot be read back', plain, new.section_name);
      end if;
      if tg_op = 'INSERT' then
        insert into milestone (id, task_type_id, code, name, sequence)
          values (new.id, new.task_type_id, new.code, coalesce(new.kept_name, new.section_name), new.sequence);
      else
        update milestone set id = new.id, task_type_id = new.task_type_id, code = new.code,
            name = coalesce(new.kept_name, new.section_name), sequence = new.sequence
         where id = old.id;
      end if;
      return new;
    end $$`

const taskTyped = `
    create view task_typed as
    select t.id, t.milestone_id, (select m.task_type_id from milestone as m where m.id = t.milestone_id) as task_type_id,
           t.name, t.description, t.sequence
      from task as t`

const writeTask = `
    create function write_task_typed() returns trigger language plpgsql set search_path from current as $$
    begin
      if tg_op = 'DELETE' then
        delete from task where id = old.id;
        return old;
      end if;
      if new.task_type_id is distinct from (select m.task_type_id from milestone as m where m.id = new.milestone_id) then
        raise exception using errcode = 'check_violation', constraint = 'task_typed_type_check',
          message = 'a task is of the type of its milestone';
      end if;
      if tg_op = 'INSERT' then
        insert into task (id, milestone_id, name, description, sequence)
          values (new.id, new.milestone_id, new.name, new.description, new.sequence);
      else
        update task set id = new.id, milestone_id = new.milestone_id, name = new.name, description = new.description,
            sequence = new.sequence
         where id = old.id;
      end if;
      return new;
    end $$`

/** Milestones as sections are named, and tasks with their type: what the new model needs from behind a reference. */
export class LegacyViews extends Migration {
  override up(): void {
    for (const statement of [codeName, milestoneNamed, writeMilestone, taskTyped, writeTask])
      this.addSql(statement)
    this.addSql(`alter view milestone_named alter column code set default ''`)
    this.addSql(`alter view task_typed alter column description set default ''`)
    for (const view of ['milestone_named', 'task_typed'])
      this.addSql(
        `create trigger write instead of insert or update or delete on ${view} for each row execute function write_${view}()`,
      )
  }

  override down(): void {
    this.addSql('drop view milestone_named, task_typed')
    this.addSql('drop function write_milestone_named(), write_task_typed(), section_of_code(text, text)')
  }
}
