import { Migration } from '@mikro-orm/migrations'

/**
 * The rules of the hierarchy, for every writer: what an item may hold, and no cycle.
 *
 * The check runs at the end of the statement, so that a parent and its child may come in one statement, and
 * costs nothing where there is no parent. Whatever obeys the table of allowed children has no cycle (each
 * child is of a later type than its parent), so the way up is only walked to word the refusal.
 */
export class WorkItemHierarchy extends Migration {
  override up(): void {
    this.addSql(mayHold)
    this.addSql(refuseParent)
    this.addSql(checkParent)
    this.addSql(checkChildren)
    this.addSql(lockAsParent)
    this.addSql(`
      create constraint trigger work_item_parent_inserted after insert on work_item
      for each row when (new.parent_id is not null)
      execute function work_item_check_parent()`)
    this.addSql(`
      create constraint trigger work_item_parent_changed after update of parent_id, work_type on work_item
      for each row when (new.parent_id is not null and
        (old.parent_id is distinct from new.parent_id or old.work_type <> new.work_type))
      execute function work_item_check_parent()`)
    this.addSql(`
      create constraint trigger work_item_type_changed after update of work_type on work_item
      for each row when (old.work_type <> new.work_type)
      execute function work_item_check_children()`)
    this.addSql(`
      create trigger work_item_type_changing before update of work_type on work_item
      for each row when (old.work_type <> new.work_type)
      execute function work_item_lock_as_parent()`)
  }

  override down(): void {
    this.addSql('drop trigger work_item_type_changing on work_item')
    this.addSql('drop trigger work_item_type_changed on work_item')
    this.addSql('drop trigger work_item_parent_changed on work_item')
    this.addSql('drop trigger work_item_parent_inserted on work_item')
    this.addSql('drop function work_item_lock_as_parent()')
    this.addSql('drop function work_item_check_children()')
    this.addSql('drop function work_item_check_parent()')
    this.addSql('drop function work_item_refuse_parent(uuid, text, uuid, text)')
    this.addSql('drop function work_item_may_hold(text, text)')
  }
}

const mayHold = `
  create function work_item_may_hold(parent_type text, child_type text) returns boolean
  language sql immutable parallel safe as $$
    select case parent_type
      when 'project' then child_type in ('sub_project', 'activity', 'task')
      when 'sub_project' then child_type in ('activity', 'task')
      when 'activity' then child_type in ('sub_activity', 'task')
      when 'sub_activity' then child_type = 'task'
      when 'task' then child_type = 'subtask'
      else false
    end
  $$`

const refuseParent = `
  create function work_item_refuse_parent(child uuid, child_type text, parent uuid, parent_type text)
  returns void language plpgsql as $$
  begin
    if exists (
      with recursive up (id, depth) as (
        select parent, 1
        union all
        select item.parent_id, up.depth + 1
        from up join work_item item on item.id = up.id
        where up.depth < 32 and up.id <> child and item.parent_id is not null
      )
      select from up where id = child
    ) then
      raise exception using
        errcode = 'check_violation', table = 'work_item', column = 'parent_id',
        constraint = 'work_item_parent_cycle_check',
        message = format('work item %s cannot be placed under %s: that is itself or one of its own descendants',
          child, parent),
        hint = 'Choose a parent outside the subtree of this item.';
    end if;
    raise exception using
      errcode = 'check_violation', table = 'work_item', column = 'parent_id',
      constraint = 'work_item_parent_type_check',
      message = format('a %s may not hold a %s (parent %s, child %s)', parent_type, child_type, parent, child),
      hint = 'Choose a parent that may hold it, or none: a root may be of any type.';
  end
  $$ set search_path from current`

const checkParent = `
  create function work_item_check_parent() returns trigger language plpgsql as $$
  declare
    parent_type text;
  begin
    select work_type into parent_type from work_item where id = new.parent_id for key share;
    if not work_item_may_hold(parent_type, new.work_type) then
      perform work_item_refuse_parent(new.id, new.work_type, new.parent_id, parent_type);
    end if;
    return null;
  end
  $$ set search_path from current`

const checkChildren = `
  create function work_item_check_children() returns trigger language plpgsql as $$
  declare
    child record;
  begin
    select id, work_type into child from work_item
    where parent_id = new.id and not work_item_may_hold(new.work_type, work_type)
    order by created_at, id limit 1;
    if found then
      perform work_item_refuse_parent(child.id, child.work_type, new.id, new.work_type);
    end if;
    return null;
  end
  $$ set search_path from current`

// The check of a child holds a key-share lock on its parent; only this stronger lock waits for it, so a child
// and a change of its parent's type cannot pass each other unseen.
const lockAsParent = `
  create function work_item_lock_as_parent() returns trigger language plpgsql as $$
  begin
    perform from work_item where id = old.id for update;
    return new;
  end
  $$ set search_path from current`
