import { Migration } from '@mikro-orm/migrations'

/** The legacy events and who takes part in them. */
export class EventTable extends Migration {
  override up(): void {
    this.addSql(event)
    this.addSql('create index event_start_datetime_index on event (start_datetime)')
    this.addSql('create index event_status_index on event (status, start_datetime)')
    this.addSql('create index event_event_type_index on event (event_type)')
    this.addSql('create index event_organizer_id_index on event (organizer_id)')
    this.addSql('create index event_recurrence_pattern_id_index on event (recurrence_pattern_id)')
    this.addSql('create index event_parent_event_id_index on event (parent_event_id)')
    this.addSql('create index event_related_project_id_index on event (related_project_id)')
    this.addSql('create index event_created_by_id_index on event (created_by_id)')
    this.addSql(links('event_organizations', 'organization'))
    this.addSql(
      'create index event_organizations_organization_id_index on event_organizations (organization_id)',
    )
    this.addSql(links('event_co_organizers', 'app_user'))
    this.addSql('create index event_co_organizers_app_user_id_index on event_co_organizers (app_user_id)')
    this.addSql(links('event_facilitators', 'app_user'))
    this.addSql('create index event_facilitators_app_user_id_index on event_facilitators (app_user_id)')
  }

  override down(): void {
    this.addSql('drop table event_facilitators')
    this.addSql('drop table event_co_organizers')
    this.addSql('drop table event_organizations')
    this.addSql('drop table event')
  }
}

const event = `
  create table event (
    id uuid primary key default gen_random_uuid(),
    title varchar(255) not null,
    event_type text not null
      constraint event_event_type_check check (event_type in (
        'meeting', 'consultation', 'courtesy_call', 'workshop', 'forum', 'conference', 'seminar', 'field_visit',
        'assessment', 'validation', 'orientation', 'briefing', 'planning', 'review', 'other')),
    description text not null,
    objectives text not null default '',
    community_id uuid,
    status text not null default 'draft'
      constraint event_status_check check (status in (
        'draft', 'planned', 'scheduled', 'confirmed', 'in_progress', 'completed', 'cancelled', 'postponed',
        'rescheduled')),
    priority text not null default 'medium'
      constraint event_priority_check check (priority in ('low', 'medium', 'high', 'critical')),
    start_datetime timestamptz(6) not null,
    end_datetime timestamptz(6),
    duration_hours numeric(4,2),
    venue varchar(255) not null default '',
    address text not null default '',
    coordinates jsonb,
    is_virtual boolean not null default false,
    virtual_platform text not null default '',
    virtual_link text not null default '',
    virtual_meeting_id text not null default '',
    virtual_passcode text not null default '',
    organizer_id bigint not null
      constraint event_organizer_id_foreign references app_user on delete restrict,
    expected_participants int not null default 0
      constraint event_expected_participants_check check (expected_participants >= 0),
    actual_participants int not null default 0
      constraint event_actual_participants_check check (actual_participants >= 0),
    target_audience text not null default '',
    agenda text not null default '',
    materials_needed text not null default '',
    minutes text not null default '',
    outcomes text not null default '',
    decisions_made text not null default '',
    key_discussions text not null default '',
    budget_allocated numeric(12,2),
    actual_cost numeric(12,2),
    feedback_summary text not null default '',
    satisfaction_rating smallint
      constraint event_satisfaction_rating_check
      check (satisfaction_rating >= 1 and satisfaction_rating <= 5),
    lessons_learned text not null default '',
    follow_up_required boolean not null default false,
    follow_up_date date,
    follow_up_notes text not null default '',
    is_recurring boolean not null default false,
    recurrence_pattern_id bigint
      constraint event_recurrence_pattern_id_foreign references recurring_pattern on delete set null,
    parent_event_id uuid
      constraint event_parent_event_id_foreign references event on delete set null,
    is_quarterly_coordination boolean not null default false,
    quarter text not null default ''
      constraint event_quarter_check check (quarter in ('', 'Q1', 'Q2', 'Q3', 'Q4')),
    fiscal_year int,
    related_project_id uuid
      constraint event_related_project_id_foreign references project_workflow on delete set null,
    is_project_activity boolean not null default false,
    project_activity_type text not null default ''
      constraint event_project_activity_type_check check (project_activity_type in (
        '', 'project_kickoff', 'milestone_review', 'stakeholder_consultation', 'technical_review',
        'progress_review', 'closeout')),
    created_by_id bigint not null
      constraint event_created_by_id_foreign references app_user on delete restrict,
    created_at timestamptz(6) not null default now(),
    updated_at timestamptz(6) not null default now()
  )`

const links = (table: string, other: string): string => `
  create table ${table} (
    event_id uuid not null
      constraint ${table}_event_id_foreign references event on update cascade on delete cascade,
    ${other}_id bigint not null
      constraint ${table}_${other}_id_foreign references ${other} on update cascade on delete cascade,
    primary key (event_id, ${other}_id)
  )`
