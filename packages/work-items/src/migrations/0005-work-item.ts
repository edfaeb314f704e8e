import { Migration } from '@mikro-orm/migrations'

/** The target: one table for all work, and its links. */
export class WorkItemTable extends Migration {
  override up(): void {
    this.addSql(workItem)
    this.addSql(
      'create index work_item_parent_id_index on work_item (parent_id, created_at, id) where parent_id is not null',
    )
    this.addSql('create index work_item_work_type_status_index on work_item (work_type, status)')
    this.addSql('create index work_item_due_date_index on work_item (due_date)')
    this.addSql('create index work_item_start_date_index on work_item (start_date)')
    this.addSql('create index work_item_created_by_id_index on work_item (created_by_id)')
    this.addSql(`
      create index work_item_recurrence_pattern_id_index on work_item (recurrence_pattern_id)
      where recurrence_pattern_id is not null`)
    this.addSql(`
      create index work_item_related_object_index on work_item (related_object_id, related_object_type)
      where related_object_id is not null`)
    for (const [table, other] of linkTables) {
      this.addSql(links(table, other))
      this.addSql(`create index ${table}_${other}_id_index on ${table} (${other}_id)`)
    }
  }

  override down(): void {
    for (const [table] of linkTables) this.addSql(`drop table ${table}`)
    this.addSql('drop table work_item')
  }
}

const workItem = `
  create table work_item (
    id uuid primary key default gen_random_uuid(),
    work_type text not null
      constraint work_item_work_type_check
      check (work_type in ('project', 'sub_project', 'activity', 'sub_activity', 'task', 'subtask')),
    title varchar(500) not null,
    description text not null default '',
    parent_id uuid
      constraint work_item_parent_id_foreign references work_item on delete set null,
    status text not null default 'not_started'
      constraint work_item_status_check
      check (status in ('not_started', 'in_progress', 'at_risk', 'blocked', 'completed', 'cancelled')),
    priority text not null default 'medium'
      constraint work_item_priority_check check (priority in ('low', 'medium', 'high', 'urgent', 'critical')),
    start_date date,
    due_date date,
    start_time time(6),
    end_time time(6),
    completed_at timestamptz(6),
    is_calendar_visible boolean not null default true,
    calendar_color char(7) not null default '#3B82F6'
      constraint work_item_calendar_color_check check (calendar_color ~ '^#[0-9A-Fa-f]{6}$'),
    progress smallint not null default 0
      constraint work_item_progress_check check (progress >= 0 and progress <= 100),
    auto_calculate_progress boolean not null default true,
    created_by_id bigint
      constraint work_item_created_by_id_foreign references app_user on delete set null,
    is_recurring boolean not null default false,
    recurrence_pattern_id bigint
      constraint work_item_recurrence_pattern_id_foreign references recurring_pattern on delete set null,
    project_data jsonb not null default '{}',
    activity_data jsonb not null default '{}',
    task_data jsonb not null default '{}',
    related_object_type text,
    related_object_id text,
    allocated_budget numeric(14,2),
    actual_expenditure numeric(14,2),
    created_at timestamptz(6) not null default now(),
    updated_at timestamptz(6) not null default now()
  )`

const linkTables = [
  ['work_item_assignees', 'app_user'],
  ['work_item_teams', 'staff_team'],
  ['work_item_organizations', 'organization'],
  ['work_item_co_organizers', 'app_user'],
  ['work_item_facilitators', 'app_user'],
] as const

const links = (table: string, other: string): string => `
  create table ${table} (
    work_item_id uuid not null
      constraint ${table}_work_item_id_foreign references work_item on update cascade on delete cascade,
    ${other}_id bigint not null
      constraint ${table}_${other}_id_foreign references ${other} on update cascade on delete cascade,
    primary key (work_item_id, ${other}_id)
  )`
